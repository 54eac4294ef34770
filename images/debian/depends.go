// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"regexp"
	"strings"
)

// relation is one "name (>= version)" of a Depends field.
type relation struct{ Name, Op, Version string }

var relationText = regexp.MustCompile(`^([a-z0-9][a-z0-9+.-]+)(?::\S+)?(?:\s*\((<<|<=|=|>=|>>)\s*([^)\s]+)\))?`)

// parseDepends reads the Depends field of the first stanza of apt-cache show.
func parseDepends(show string) []relation {
	var found []relation
	for line := range strings.Lines(show) {
		field, ok := strings.CutPrefix(line, "Depends:")
		if !ok {
			continue
		}
		for clause := range strings.SplitSeq(field, ",") {
			if m := relationText.FindStringSubmatch(strings.TrimSpace(clause)); m != nil {
				found = append(found, relation{m[1], m[2], m[3]})
			}
		}
		break
	}
	return found
}

func (r relation) admits(version string) bool {
	c := compareVersions(version, r.Version)
	switch r.Op {
	case "<<":
		return c < 0
	case "<=":
		return c <= 0
	case "=":
		return c == 0
	case ">=":
		return c >= 0
	case ">>":
		return c > 0
	}
	return true
}

// kbuildFor picks the newest linux-kbuild that the headers' Depends admit. For
// 6.1, one package serves the whole series, and its version may differ.
func kbuildFor(depends []relation, pkgs []pkg) (pkg, bool) {
	var best pkg
	for _, r := range depends {
		if !strings.HasPrefix(r.Name, "linux-kbuild-") {
			continue
		}
		for _, p := range pkgs {
			if p.Name == r.Name && r.admits(p.Version) && (best.Name == "" || compareVersions(p.Version, best.Version) > 0) {
				best = p
			}
		}
	}
	return best, best.Name != ""
}

// imageParts returns the packages that hold an image, its configuration and its
// modules. Since 6.19 the image's own package is empty and depends on them.
func imageParts(of offer, depends []relation) []pkg {
	list := []pkg{{Name: of.Image, Version: of.Version}}
	for _, r := range depends {
		for _, part := range []string{"linux-binary-", "linux-base-", "linux-modules-"} {
			if strings.HasPrefix(r.Name, part+of.Release) {
				list = append(list, pkg{Name: r.Name, Version: of.Version})
			}
		}
	}
	return list
}
