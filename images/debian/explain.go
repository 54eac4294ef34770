// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"errors"
	"os/exec"
	"regexp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

const otherKernels = "use a kernel build tree, packages, a bzImage with --kdir, or host"

func explainApt(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return blame.AdviseRigf(otherKernels, "there is no apt here, and debian: kernels come through it")
	}
	return err
}

// troubles are apt's messages when it cannot fetch, and the advice for them.
var troubles = []struct {
	said   *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`(?i)NO_PUBKEY|EXPKEYSIG|BADSIG|is not signed|not be verified|keyring|invalid signature`),
		"the signature is not valid for this host's keys: " + depends.Install("debian-archive-keyring") + " brings the newest; otherwise do not trust that mirror"},
	{regexp.MustCompile(`(?i)Release file.* expired|not valid yet`),
		"the mirror has fallen behind, or this host's clock is wrong; " + MirrorVariable + " names another mirror, and apt's own option Acquire::Check-Valid-Until accepts this one"},
	{regexp.MustCompile(`(?i)resolv|could not connect|connection (timed out|refused|failed)|network is unreachable|unable to connect`),
		"there is no network to the mirror; " + MirrorVariable + " names another mirror, and http_proxy a proxy"},
	{regexp.MustCompile(`(?i)no space left`), "free some disk: klptest cache prune, or set XDG_CACHE_HOME"},
	{regexp.MustCompile(`404|does not have a Release file|hash sum mismatch|unexpected size`),
		"the mirror lacks it or is being updated: try again in an hour; " + MirrorVariable + " names another mirror"},
}

// explainFetch explains why apt could not fetch.
func explainFetch(err error, summary string) error {
	if errors.Is(err, exec.ErrNotFound) {
		return explainApt(err)
	}
	explained := &blame.Error{Summary: summary, Err: err}
	if typed, ok := errors.AsType[*blame.Error](err); ok {
		explained.Tail = typed.Tail
	}
	for _, t := range troubles {
		if t.said.MatchString(explained.Tail) {
			explained.Advice = t.advice
			break
		}
	}
	return explained
}
