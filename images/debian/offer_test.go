// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/arch/archtest"
	"github.com/klptest/klptest/internal/filetest"
)

// golden compares with testdata/name. The other files there are apt's output on
// bookworm with bookworm-security.
func golden(t *testing.T, name, got string) {
	t.Helper()
	filetest.Golden(t, filepath.Join("testdata", name), got, false)
}

func aptSaid(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestKernelNames(t *testing.T) {
	golden(t, "names.golden", strings.Join(kernelNames(aptSaid(t, "pkgnames.txt")), "\n")+"\n")
}

func TestKernelNamesOfOtherSuites(t *testing.T) {
	for name, want := range map[string]bool{
		"linux-image-6.12.43+deb13-amd64":       true,
		"linux-image-6.11.10+bpo-amd64":         true,
		"linux-image-6.1.0-0.deb11.22-amd64":    true,
		"linux-headers-6.12.43+deb13-common":    true,
		"linux-headers-6.12.43+deb13-common-rt": false,
		"linux-image-6.12.43+deb13-cloud-amd64": false,
		"linux-image-6.12.43+deb13-rt-amd64":    false,
		"linux-image-6.12.43+deb13-amd64-dbg":   false,
		"linux-image-6.12.43+deb13-arm64":       false,
		"linux-image-amd64":                     false,
		"linux-image-6.12-amd64":                false,
		"linux-image-6.8.0-31-generic":          false,
		"linux-kbuild-6.12.43+deb13":            true,
		"linux-kbuild-6.1":                      true,
		"-o=linux-kbuild-6.1":                   false,
	} {
		if got := len(kernelNames(name)) == 1; got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestKernelNamesOfAnotherArchitecture(t *testing.T) {
	names := packageNames(&archtest.Made)
	for name, want := range map[string]bool{
		"linux-image-6.12.43+deb13-madeel":          true,
		"linux-image-6.12.43+deb13-madeel-unsigned": true,
		"linux-headers-6.12.43+deb13-madeel":        true,
		"linux-headers-6.12.43+deb13-common":        true,
		"linux-image-6.12.43+deb13-amd64":           false,
		"linux-headers-6.12.43+deb13-amd64":         false,
	} {
		if got := names.MatchString(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestOffers(t *testing.T) {
	var b strings.Builder
	for _, o := range offers(parseMadison(aptSaid(t, "madison.txt"))) {
		fmt.Fprintf(&b, "%s %s %s %s %s\n", o.series(), o.Release, o.Version, o.Image, o.Suite)
	}
	golden(t, "offers.golden", b.String())
}

const (
	image   = "linux-image-6.12.%d+deb13-amd64 6.12.%[1]d-1"
	bare    = "linux-image-6.12.%d+deb13-amd64-unsigned 6.12.%[1]d-1"
	headers = "linux-headers-6.12.%d+deb13-amd64 6.12.%[1]d-1"
	common  = "linux-headers-6.12.%d+deb13-common 6.12.%[1]d-1"
)

func TestOffersAreWhole(t *testing.T) {
	old := []string{fmt.Sprintf(image, 9), fmt.Sprintf(headers, 9), fmt.Sprintf(common, 9)}
	for name, c := range map[string]struct {
		newer []string
		want  string
	}{
		"nothing newer":           {nil, "linux-image-6.12.9+deb13-amd64"},
		"whole":                   {[]string{image, bare, headers, common}, "linux-image-6.12.10+deb13-amd64"},
		"image lags":              {[]string{headers, common}, "linux-image-6.12.9+deb13-amd64"},
		"signed lags":             {[]string{bare, headers, common}, "linux-image-6.12.10+deb13-amd64-unsigned"},
		"headers lag":             {[]string{image, common}, "linux-image-6.12.9+deb13-amd64"},
		"common lags":             {[]string{image, headers}, "linux-image-6.12.9+deb13-amd64"},
		"headers of another time": {[]string{image, "linux-headers-6.12.10+deb13-amd64 6.12.10-2", common}, "linux-image-6.12.9+deb13-amd64"},
	} {
		lines := append([]string{}, old...)
		for _, n := range c.newer {
			if strings.Contains(n, "%d") {
				n = fmt.Sprintf(n, 10)
			}
			lines = append(lines, n)
		}
		found := offers(parseMadison(debiantest.Madison(lines...)))
		if len(found) == 0 || found[0].Image != c.want {
			t.Errorf("%s: got %v, want %s first", name, found, c.want)
		}
	}
}

func TestOfferNames(t *testing.T) {
	o := offer{Release: "6.1.0-56-amd64", Version: "6.1.192-2", Image: "linux-image-6.1.0-56-amd64"}
	if o.series() != "6.1" || o.common() != "linux-headers-6.1.0-56-common" || o.headers() != "linux-headers-6.1.0-56-amd64" {
		t.Errorf("%s %s %s", o.series(), o.common(), o.headers())
	}
	for _, exact := range []string{"6.1.192-2", "6.1.0-56", "6.1.0-56-amd64"} {
		if !o.matches(exact) {
			t.Errorf("%s does not match", exact)
		}
	}
	if o.matches("6.1") || o.matches("6.1.192-1") {
		t.Error("matches too much")
	}
	bare := o
	bare.Image += unsigned
	if s := (packaged.Store{}); o.key(s) == bare.key(s) {
		t.Error("signed and unsigned kernels share an entry")
	}
}

func TestParseMadisonOfGarbage(t *testing.T) {
	if got := parseMadison("N: Unable\n|||\na | b | c\n linux | 6.1 | http://x suite/main Sources\n"); got != nil {
		t.Errorf("got %v", got)
	}
}
