// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestValues(t *testing.T) {
	var n, mib int
	var id uint64
	var limit time.Duration
	var room int64
	var file, name string
	for _, tt := range []struct {
		value pflag.Value
		text  string
		want  string // the value, or what is wrong with the text
		bad   bool
	}{
		{Number(&n, 3, 1, 7), "7", "7", false},
		{Number(&n, 3, 1, 7), "8", "at most 7", true},
		{Number(&n, 3, 1, 7), "0", "at least 1", true},
		{Number(&n, 3, 1, 7), "x", "a whole number", true},
		{Seed(&id, 1), "18446744073709551615", "18446744073709551615", false},
		{Seed(&id, 1), "0", "at least 1", true},
		{Seed(&id, 1), "-1", "not negative", true},
		{Duration(&limit, time.Hour), "90s", "1m30s", false},
		{Duration(&limit, time.Hour), "0s", "more than 0", true},
		{Duration(&limit, time.Hour), "90", "such as 90s", true},
		{Bytes(&room), "1.5K", "1536", false},
		{Bytes(&room), "512", "such as 500M", true},
		{Mebibytes(&mib), "512", "512", false},
		{Mebibytes(&mib), "2G", "2048", false},
		{Mebibytes(&mib), "1K", "at least 1", true},
		{FileName(&file), "a b", "a b", false},
		{FileName(&file), "-", "name a file", true},
		{Name(&name), "nightly 1", "nightly 1", false},
		{Name(&name), "a\x1bb", "printable", true},
		{Name(&name), strings.Repeat("a", 201), "printable", true},
	} {
		before := tt.value.String()
		err := tt.value.Set(tt.text)
		switch {
		case tt.bad && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s %q: %v, want %q", tt.value.Type(), tt.text, err, tt.want)
		case tt.bad && tt.value.String() != before:
			t.Errorf("%s %q: set to %s", tt.value.Type(), tt.text, tt.value)
		case !tt.bad && (err != nil || tt.value.String() != tt.want):
			t.Errorf("%s %q: %s, %v", tt.value.Type(), tt.text, tt.value, err)
		}
	}
}

// TestDefaults: the default of a flag may lie outside its limits.
func TestDefaults(t *testing.T) {
	var jobs int
	if Number(&jobs, 0, 1, 7).String() != "0" || jobs != 0 {
		t.Errorf("%d", jobs)
	}
}
