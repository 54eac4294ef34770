// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// MaxData limits the counters of one source file, in bytes. Those of
// kernel/livepatch/core.c have 20 KB.
const MaxData = 512 << 10

// Counters holds what a kernel has counted, by source file:
// "kernel/livepatch/core.c".
type Counters map[string]Data

// Add adds further counters. No count wraps around, and counters of different
// objects are an error.
func (c Counters) Add(more Counters) error {
	for name, data := range more {
		sum, err := c[name].plus(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		c[name] = sum
	}
	return nil
}

// Data is the contents of a .gcda file as Linux writes it (convert_to_gcda in
// kernel/gcov/gcc_4_7.c).
type Data struct {
	raw    []byte
	counts []int // where in raw the counters are, eight bytes each
}

// Tags of records; gcc's gcov-io.h.
const (
	dataMagic   = 0x67636461 // "gcda"
	tagFunction = 0x01000000
	tagArcs     = 0x01a10000

	functionSize = 12 // bytes: a function's number and two checksums
	counterSize  = 8
)

// errData is the error of data that no kernel writes.
var errData = errors.New("not the counters of a kernel that gcc has built")

// ParseData reads a .gcda file.
func ParseData(raw []byte) (Data, error) {
	if len(raw) > MaxData {
		return Data{}, fmt.Errorf("counters of more than %d bytes", MaxData)
	}
	r := reader{rest: raw}
	magic, version := r.word(), r.word()
	r.word() // the stamp, which gcov compares with that of the notes
	if magic != dataMagic || r.failed {
		return Data{}, errData
	}
	major, unit := majorOf(version), 4
	if major >= 12 { // it has a checksum, and counts lengths in bytes
		r.word()
		unit = 1
	}
	d := Data{raw: raw}
	for len(r.rest) > 0 && !r.failed {
		tag, size := r.word(), int(r.word())*unit
		body := r.take(size)
		switch {
		case tag == tagFunction && size == functionSize:
		case tag == tagArcs && size%counterSize == 0:
			at := len(raw) - len(r.rest) - len(body)
			for i := 0; i < len(body); i += counterSize {
				d.counts = append(d.counts, at+i)
			}
		default:
			return Data{}, errData
		}
	}
	if r.failed || major == 0 {
		return Data{}, errData
	}
	return d, nil
}

// majorOf returns the version of gcc: 12 for "B22*", and 0 before gcc 5.
func majorOf(version uint32) int {
	tens, ones := int(version>>24)-'A', int(version>>16&0xff)-'0'
	if tens < 0 || tens > 25 || ones < 0 || ones > 9 {
		return 0
	}
	return tens*10 + ones
}

// Bytes returns the contents of the file.
func (d Data) Bytes() []byte { return d.raw }

// plus returns the sum of two runs; the zero Data has counted nothing.
func (d Data) plus(other Data) (Data, error) {
	switch {
	case len(d.raw) == 0:
		return other, nil
	case len(other.raw) == 0:
		return d, nil
	case !bytes.Equal(d.blank(), other.blank()):
		return Data{}, errors.New("counters of two different builds")
	}
	sum := Data{raw: bytes.Clone(d.raw), counts: d.counts}
	for _, at := range d.counts {
		setCount(sum.raw[at:], saturated(count(d.raw[at:]), count(other.raw[at:])))
	}
	return sum, nil
}

// blank returns the file with all counters zero.
func (d Data) blank() []byte {
	raw := bytes.Clone(d.raw)
	for _, at := range d.counts {
		setCount(raw[at:], 0)
	}
	return raw
}

// count returns the counter at the start of b, which gcc reads as a signed number.
func count(b []byte) uint64 { return min(binary.LittleEndian.Uint64(b), math.MaxInt64) }

// saturated returns the sum of two counters, which never wraps around.
func saturated(a, b uint64) uint64 { return min(a, math.MaxInt64-b) + b }

func setCount(b []byte, n uint64) { binary.LittleEndian.PutUint64(b, n) }

// reader takes words and bytes until none are left.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) word() uint32 {
	b := r.take(4)
	if r.failed {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.failed = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}
