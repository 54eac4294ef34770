// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/printable"
)

// bounded is a flag's value that has limits. What the flag means when it is not
// given may lie outside: --jobs 0 is no way to say "as many as fit".
type bounded[T cmp.Ordered] struct {
	to          *T
	least, most T
	kind        string // of flag, as pflag calls it
	parse       func(string) (T, error)
}

const anyNumber = 1<<31 - 1

// number is a value from least to most; value is that of a flag which is not given.
func number(to *int, value, least, most int) pflag.Value {
	*to = value
	return bounded[int]{to, least, most, "int", strconv.Atoi}
}

// seed is a value that is not 0.
func seed(to *uint64, value uint64) pflag.Value {
	*to = value
	return bounded[uint64]{to, 1, 1<<64 - 1, "uint", func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }}
}

// duration is a time that is more than nothing.
func duration(to *time.Duration, value time.Duration) pflag.Value {
	*to = value
	return bounded[time.Duration]{to, 1, 1<<63 - 1, "duration", time.ParseDuration}
}

// byteSize is a size in bytes, if it has no unit.
func byteSize(to *int64) pflag.Value {
	return bounded[int64]{to, 0, 1 << 62, "size", parseSize}
}

// mebibytes is a size in MiB, if it has no unit.
func mebibytes(to *int) pflag.Value {
	return bounded[int]{to, 1, anyNumber, "MiB", func(text string) (int, error) {
		if n, err := strconv.Atoi(text); err == nil {
			return n, nil
		}
		bytes, err := parseSize(text)
		return int(bytes >> 20), err
	}}
}

// Set is of [pflag.Value].
func (b bounded[T]) Set(text string) error {
	v, err := b.parse(text)
	switch {
	case err != nil:
		return notOf[b.kind]
	case v >= b.least && v <= b.most:
		*b.to = v
		return nil
	case b.kind == "duration":
		return badValue("it must be more than 0")
	case v < b.least:
		return badValue(fmt.Sprintf("it must be at least %v", b.least))
	}
	return badValue(fmt.Sprintf("it must be at most %v", b.most))
}

// String is of [pflag.Value].
func (b bounded[T]) String() string { return fmt.Sprint(*b.to) }

// Type is of [pflag.Value].
func (b bounded[T]) Type() string { return b.kind }

// fileName is the value of a flag that names a file to write.
type fileName struct{ to *string }

func (f fileName) Set(text string) error {
	if text == "" || text == "-" {
		return badValue("it must name a file")
	}
	*f.to = text
	return nil
}

func (f fileName) String() string { return *f.to }

func (fileName) Type() string { return "string" }

// nameValue is the value of a flag that is a name of the user's.
type nameValue struct{ to *string }

func (n nameValue) Set(text string) error {
	if text == "" || len(text) > 200 || !printable.Clean(text) {
		return badValue("it must be a name of 1 to 200 printable characters")
	}
	*n.to = text
	return nil
}

func (n nameValue) String() string { return *n.to }

func (nameValue) Type() string { return "string" }

// badValue says what is wrong with a flag's value.
type badValue string

func (b badValue) Error() string { return string(b) }

// notOf is what is wrong with a value that is none of a kind of flag.
var notOf = map[string]badValue{
	"int":      "it must be a whole number",
	"uint":     "it must be a whole number, and not negative",
	"MiB":      "it must be a number of MiB, or a size such as 512M or 1G",
	"size":     "it must be a size such as 500M or 1.5G",
	"duration": "it must be a time such as 90s, 30m or 2h",
	"bool":     "it must be true or false",
}
