// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"os"
	"path"
	"strings"
)

// MirrorVariable is the environment variable for a Debian mirror other than
// that of the host's apt: "https://mirror.example/debian". Security updates are
// then in "https://mirror.example/debian-security".
const MirrorVariable = "KLPTEST_DEBIAN_MIRROR"

// mirror is where Debian's packages come from.
type mirror struct{ main, security string }

const mainArchive, securityArchive = "debian", "debian-security"

// defaultMirror is the one that Debian itself recommends.
var defaultMirror = mirrorAt("http://deb.debian.org/" + mainArchive)

func mirrorAt(uri string) mirror {
	uri = strings.TrimRight(uri, "/")
	return mirror{uri, strings.TrimSuffix(uri, mainArchive) + securityArchive}
}

// findMirror returns the mirror that the user names, else that of the host's
// apt, else the default.
func findMirror(ctx context.Context) mirror {
	if uri := os.Getenv(MirrorVariable); uri != "" {
		return mirrorAt(uri)
	}
	// An error leaves the default: the host may have no working apt.
	said, _ := hostApt.ask(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN)", "Created-By: Packages")
	return hostMirror(said)
}

// hostMirror finds the mirrors among the archives of the host's apt. An
// archive's origin is known once its lists have been fetched.
func hostMirror(targets string) mirror {
	found := defaultMirror
	for line := range strings.Lines(targets) {
		uri, origin, _ := strings.Cut(strings.TrimSpace(line), " ")
		uri = strings.TrimRight(uri, "/")
		if origin != "Debian" {
			continue
		}
		switch path.Base(uri) {
		case mainArchive:
			found.main = uri
		case securityArchive:
			found.security = uri
		}
	}
	return found
}
