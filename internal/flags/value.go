// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/printable"
)

// bounded is a flag value with limits. The default may lie outside them: --jobs 0
// is not a way to say "as many as fit".
type bounded[T cmp.Ordered] struct {
	to          *T
	least, most T
	kind        string // of flag, as pflag calls it
	parse       func(string) (T, error)
}

// AnyNumber is the limit of a number that has none.
const AnyNumber = 1<<31 - 1

// Number returns a value from least to most; value is the default.
func Number(to *int, value, least, most int) pflag.Value {
	*to = value
	return bounded[int]{to, least, most, "int", strconv.Atoi}
}

// Seed returns a value that is not 0.
func Seed(to *uint64, value uint64) pflag.Value {
	*to = value
	return bounded[uint64]{to, 1, 1<<64 - 1, "uint", func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }}
}

// Duration returns a value that is a positive duration.
func Duration(to *time.Duration, value time.Duration) pflag.Value {
	*to = value
	return bounded[time.Duration]{to, 1, 1<<63 - 1, "duration", time.ParseDuration}
}

// Bytes returns a value that is a size with its unit, such as 500M.
func Bytes(to *int64) pflag.Value {
	return bounded[int64]{to, 0, 1 << 62, "size", parseSize}
}

// Mebibytes returns a value that is a size, in MiB if it has no unit.
func Mebibytes(to *int) pflag.Value {
	return bounded[int]{to, 1, AnyNumber, "MiB", func(text string) (int, error) {
		if n, err := strconv.Atoi(text); err == nil {
			return n, nil
		}
		bytes, err := parseSize(text)
		return int(bytes >> 20), err
	}}
}

// Set implements [pflag.Value].
func (b bounded[T]) Set(text string) error {
	v, err := b.parse(text)
	switch {
	case err != nil:
		return notOf[b.kind]
	case v >= b.least && v <= b.most:
		*b.to = v
		return nil
	case b.kind == "duration":
		return BadValue("it must be more than 0")
	case v < b.least:
		return BadValue(fmt.Sprintf("it must be at least %v", b.least))
	}
	return BadValue(fmt.Sprintf("it must be at most %v", b.most))
}

// String implements [pflag.Value].
func (b bounded[T]) String() string { return fmt.Sprint(*b.to) }

// Type implements [pflag.Value].
func (b bounded[T]) Type() string { return b.kind }

// text is a flag value that must pass a check.
type text struct {
	to    *string
	check func(string) error
}

// FileName returns a value that names a file or directory to write or read.
func FileName(to *string) pflag.Value {
	return text{to, func(s string) error {
		if s == "" || s == "-" {
			return BadValue("it must name a file")
		}
		return nil
	}}
}

// Name returns a value that is a name given by the user.
func Name(to *string) pflag.Value {
	return text{to, func(s string) error {
		if s == "" || len(s) > 200 || !printable.Clean(s) {
			return BadValue("it must be a name of 1 to 200 printable characters")
		}
		return nil
	}}
}

// Set implements [pflag.Value].
func (t text) Set(s string) error {
	if err := t.check(s); err != nil {
		return err
	}
	*t.to = s
	return nil
}

// String implements [pflag.Value].
func (t text) String() string { return *t.to }

// Type implements [pflag.Value].
func (text) Type() string { return "string" }

// BadValue says what is wrong with a flag's value.
type BadValue string

func (b BadValue) Error() string { return string(b) }

// notOf says what is wrong with a value that does not fit the kind of its flag.
var notOf = map[string]BadValue{
	"int":      "it must be a whole number",
	"uint":     "it must be a whole number, and not negative",
	"uint64":   "it must be a whole number, and not negative",
	"MiB":      "it must be a number of MiB, or a size such as 512M or 1G",
	"size":     "it must be a size such as 500M or 1.5G",
	"duration": "it must be a time such as 90s, 30m or 2h",
	"bool":     "it must be true or false",
}
