// SPDX-License-Identifier: Apache-2.0

package images

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// form is which of the notations a kernel is given in. Whether a path is a
// build tree or an image, the file system says.
type form int

const (
	formSeries form = iota // debian:6.12
	formExact              // debian:6.12.115-1~deb12u1 or debian:6.12.115+deb12
	formPath               // a build tree, a bzImage or a vmlinux
	formHost               // host
)

// spec is a kernel as the user wrote it.
type spec struct {
	form  form
	value string // the series, the version or the path; empty for the host
}

// forms is the advice of every error about the notation.
const forms = `a kernel is one of:
  debian:6.12                  the newest 6.12 in the apt sources (also debian:6.1)
  debian:6.12.115-1~deb12u1    that package version, or its release: debian:6.12.115+deb12
  DIR                          a kernel build tree
  FILE                         a bzImage or vmlinux, with --kdir DIR
  host                         the running kernel
klptest kernel list tells what there is`

var (
	seriesName   = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
	exactVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+[-.+~][0-9A-Za-z.+~-]*$`)
	otherScheme  = regexp.MustCompile(`^[a-z0-9]+:[^/]*$`)
)

// parseSpec reads a kernel notation. Its errors list the forms.
func parseSpec(text string) (spec, error) {
	version, debian := strings.CutPrefix(text, "debian:")
	switch {
	case text == "":
		return spec{}, badSpec("no kernel is named")
	case !printable.Clean(text):
		return spec{}, badSpec("not a kernel: %q", text)
	case text == "host":
		return spec{form: formHost}, nil
	case debian && seriesName.MatchString(version):
		return spec{formSeries, version}, nil
	case debian && exactVersion.MatchString(version):
		return spec{formExact, version}, nil
	case debian:
		return spec{}, badSpec("not a Debian kernel version: %q", version)
	case otherScheme.MatchString(text):
		return spec{}, badSpec("not a kernel: %q", text)
	}
	return spec{formPath, text}, nil
}

func badSpec(format string, args ...any) error {
	return blame.AdviseUserf(forms, format, args...)
}
