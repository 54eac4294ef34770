// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"fmt"
	"strconv"
	"strings"
)

// Ranges writes ascending numbers in short form: "3-5 9".
func Ranges(numbers []int) string {
	var b strings.Builder
	for i := 0; i < len(numbers); {
		first, last := numbers[i], numbers[i]
		for i++; i < len(numbers) && numbers[i] == last+1; i++ {
			last++
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(first))
		if last > first {
			b.WriteString("-" + strconv.Itoa(last))
		}
	}
	return b.String()
}

// maxNumber limits the numbers of a range: no source file has so many lines.
const maxNumber = 1 << 20

// Span is the range of numbers from First to Last.
type Span struct{ First, Last int }

// Spans parses the output of Ranges, which may come from a stranger. The spans ascend.
func Spans(ranges string) ([]Span, error) {
	var spans []Span
	least := 0
	for word := range strings.FieldsSeq(ranges) {
		from, to, isRange := strings.Cut(word, "-")
		first, err := strconv.ParseUint(from, 10, 31)
		last := first
		if isRange && err == nil {
			last, err = strconv.ParseUint(to, 10, 31)
		}
		if err != nil || int(first) < least || last < first || last > maxNumber {
			return nil, fmt.Errorf("not ascending ranges of numbers: %.40q", ranges)
		}
		spans = append(spans, Span{int(first), int(last)})
		least = int(last) + 1
	}
	return spans, nil
}

// Numbers is the reverse of Ranges.
func Numbers(ranges string) ([]int, error) {
	spans, err := Spans(ranges)
	var numbers []int
	for _, s := range spans {
		for n := s.First; n <= s.Last; n++ {
			numbers = append(numbers, n)
		}
	}
	return numbers, err
}
