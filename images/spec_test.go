// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

func TestParseSpec(t *testing.T) {
	for text, want := range map[string]spec{
		"debian:6.12":                    {formSeries, "6.12"},
		"debian:6.1":                     {formSeries, "6.1"},
		"debian:6.12.115-1~deb12u1":      {formExact, "6.12.115-1~deb12u1"},
		"debian:6.12.115+deb12":          {formExact, "6.12.115+deb12"},
		"debian:6.1.0-56":                {formExact, "6.1.0-56"},
		"debian:6.12~rc1-1":              {formExact, "6.12~rc1-1"},
		"host":                           {formHost, ""},
		"linux":                          {formPath, "linux"},
		"../linux":                       {formPath, "../linux"},
		"/boot/vmlinuz-6.12":             {formPath, "/boot/vmlinuz-6.12"},
		"/srv/debian:6.12":               {formPath, "/srv/debian:6.12"},
		"./Host with spaces and ümlauts": {formPath, "./Host with spaces and ümlauts"},
	} {
		got, err := parseSpec(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestParseSpecRefuses(t *testing.T) {
	for _, text := range []string{"", "debian:", "debian:6", "debian:trixie", "debian:6.12/x", "debian:6.12 ", "debian:6.12;id",
		"debian:-o=x", "debain:6.12", "ubuntu:6.8", "a\nb", "a\x1b[31m", "a\x00", "\xff"} {
		_, err := parseSpec(text)
		imagestest.WantUserError(t, err, "")
		var typed *blame.Error
		if errors.As(err, &typed) && typed.Advice != forms {
			t.Errorf("%q: the forms are not listed: %q", text, typed.Advice)
		}
	}
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{"debian:6.12", "host", "debian:6.1.0-56", "./x", "debian:\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSpec(text)
		if err != nil {
			imagestest.WantUserError(t, err, "")
			return
		}
		if !printable.Clean(s.value) || s.form == formExact && (strings.ContainsAny(s.value, "/ =") || s.value[0] == '-') {
			t.Errorf("%q becomes %v", text, s)
		}
	})
}
