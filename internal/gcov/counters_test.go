// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// gcda returns what a kernel built by gcc 12 writes for one function.
func gcda(counts ...uint64) []byte {
	return gcdaOf("*22B", []uint32{7, 0}, 1, counts...)
}

func gcdaOf(version string, head []uint32, unit int, counts ...uint64) []byte {
	raw := []byte("adcg" + version)
	word := func(n uint32) { raw = binary.LittleEndian.AppendUint32(raw, n) }
	for _, n := range head {
		word(n)
	}
	word(tagFunction)
	word(uint32(functionSize / unit))
	word(1)
	word(2)
	word(3)
	word(tagArcs)
	word(uint32(len(counts) * counterSize / unit))
	for _, n := range counts {
		raw = binary.LittleEndian.AppendUint64(raw, n)
	}
	return raw
}

func mustParse(t *testing.T, raw []byte) Data {
	t.Helper()
	d, err := ParseData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseData(t *testing.T) {
	whole := gcda(1, 2)
	changed := func(at int, b byte) []byte {
		raw := bytes.Clone(whole)
		raw[at] = b
		return raw
	}
	for name, test := range map[string]struct {
		raw []byte
		ok  bool
	}{
		"gcc 12":                {whole, true},
		"gcc 11":                {gcdaOf("*11B", []uint32{7}, 4, 1, 2), true},
		"gcc 4.9":               {gcdaOf("*904", []uint32{7}, 4, 1, 2), false},
		"nothing":               {nil, false},
		"another magic":         {changed(0, 'x'), false},
		"cut in a counter":      {whole[:len(whole)-1], false},
		"cut in a record":       {whole[:20], false},
		"a tag of another kind": {changed(16, 1), false},
		"a length of no counts": {changed(40, 15), false},
		"a length too long":     {changed(43, 0xff), false},
		"too large":             {gcda(make([]uint64, MaxData/counterSize)...), false},
	} {
		d, err := ParseData(test.raw)
		if (err == nil) != test.ok || err == nil && len(d.counts) != 2 {
			t.Errorf("%s: %d counters, %v", name, len(d.counts), err)
		}
	}
}

func TestCountersAdd(t *testing.T) {
	sum := Counters{}
	for _, counts := range [][]uint64{{1, 0, 5}, {2, 0, math.MaxInt64 - 3}, {3, 0, math.MaxUint64}} {
		if err := sum.Add(Counters{"a.c": mustParse(t, gcda(counts...))}); err != nil {
			t.Fatal(err)
		}
	}
	if want := gcda(6, 0, math.MaxInt64); !bytes.Equal(sum["a.c"].Bytes(), want) {
		t.Errorf("%x, want %x", sum["a.c"].Bytes(), want)
	}
}

// Add does not change what it adds: a result keeps its own counters.
func TestCountersAddChangesNothingElse(t *testing.T) {
	first, sum := mustParse(t, gcda(1)), Counters{}
	for range 2 {
		if err := sum.Add(Counters{"a.c": first}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), gcda(1)) {
		t.Errorf("%x", first.Bytes())
	}
}

func TestCountersOfDifferentBuilds(t *testing.T) {
	sum := Counters{"a.c": mustParse(t, gcda(1, 2))}
	for _, other := range [][]byte{gcda(1), gcdaOf("*22B", []uint32{8, 0}, 1, 1, 2)} {
		err := sum.Add(Counters{"a.c": mustParse(t, other)})
		if err == nil || !strings.Contains(err.Error(), "a.c: counters of two") {
			t.Errorf("error is %v", err)
		}
	}
}

// Accepted data can be added to itself, and its counters are in its bytes.
func FuzzParseData(f *testing.F) {
	f.Add(gcda(1, 2))
	f.Add(gcdaOf("*11B", []uint32{7}, 4, 3))
	f.Add([]byte("adcg"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := ParseData(raw)
		if err != nil {
			return
		}
		sum, err := d.plus(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range d.counts {
			if n := count(d.raw[at:]); count(sum.raw[at:]) != saturated(n, n) {
				t.Errorf("%d and itself are %d", n, count(sum.raw[at:]))
			}
		}
	})
}
