// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

// repeats is how often a difference is tried again.
const repeats = 5

// Difference is a sequence on which the kernel and the model disagree, the
// shortest one found.
type Difference struct {
	Case   *casefile.Case
	File   []byte       // the case, as a file
	Shell  []byte       // the same commands for people without klptest
	Result judge.Result // of the kernel
	Times  int          // how often it differed, of Tried
	Tried  int
	Cut    bool // the budget was spent before it was as short as possible
}

// Name returns the name of the reproducer.
func (d *Difference) Name() string { return nameOf(d.File) }

// nameOf names a case: equal files have equal names.
func nameOf(file []byte) string { return fmt.Sprintf("repro-%08x", crc32.ChecksumIEEE(file)) }

// explain confirms a difference and shrinks it. A difference that does not
// reproduce every time is returned unshrunk, and so is one whose shrinking ends
// with an error. If the budget ends the shrinking, the shortest one so far is
// returned.
func (x *explorer) explain(ctx context.Context, q sequence, res judge.Result) (*Difference, error) {
	x.tell("trying a difference again")
	found, err := x.confirm(ctx, q, res)
	if err != nil || !found.steady() {
		return found, err
	}
	q, res, err = x.shrink(ctx, q, res)
	if errors.Is(err, errBudget) {
		found = newDifference(q, res)
		found.Times, found.Tried, found.Cut = 1, 1, true
		return found, err
	}
	if err != nil {
		return found, err
	}
	x.tell("trying the shortest difference again")
	shortest, err := x.confirm(ctx, q, res)
	if err != nil && !errors.Is(err, errBudget) || !shortest.steady() {
		return found, err
	}
	return shortest, err
}

func newDifference(q sequence, res judge.Result) *Difference {
	return &Difference{Case: q.c, File: q.file, Shell: shell(q.c), Result: res}
}

// steady reports whether a difference reproduces every time. Any other could not be
// told from one that was shrunk too far.
func (d *Difference) steady() bool { return d.Tried > 0 && d.Times == d.Tried }

// confirm runs a differing sequence again, and counts how often it differs
// among the judged runs.
func (x *explorer) confirm(ctx context.Context, q sequence, res judge.Result) (*Difference, error) {
	d := newDifference(q, res)
	for res, err := range x.fresh(ctx, slices.Repeat([]*casefile.Case{q.c}, repeats)) {
		if err != nil {
			return d, err
		}
		if res.Verdict == judge.Fail {
			d.Times++
		}
		if isJudged(res) {
			d.Tried++
		}
		d.Result.Confirmation = judge.Confirmation{Failed: d.Times, Runs: d.Tried}
	}
	return d, nil
}

// shrink removes what a difference does not need: commands, by delta debugging,
// then parameters. Modules that the shorter sequence leaves loaded stay loaded.
func (x *explorer) shrink(ctx context.Context, q sequence, res judge.Result) (sequence, judge.Result, error) {
	list := [][]string{operationsOf(q.c, 0)}
	if last := judge.Judge(q.c, res.Observation).Line; last > 0 { // otherwise the end differs
		list = slices.Insert(list, 0, operationsOf(q.c, last))
	}
	best, err := x.first(ctx, list)
	if err != nil || best.c == nil {
		return q, res, err
	}
	for size := max(1, len(best.ops)/2); size > 0; {
		x.shrinking(best)
		shorter, err := x.first(ctx, without(best.ops, size))
		switch {
		case err != nil:
			return best.sequence, best.res, err
		case shorter.c != nil:
			best = shorter
			size = min(size, len(best.ops))
		default:
			size /= 2
		}
	}
	for {
		x.shrinking(best)
		simpler, err := x.first(ctx, simplified(best.ops))
		if err != nil || simpler.c == nil {
			return best.sequence, best.res, err
		}
		best = simpler
	}
}

func (x *explorer) shrinking(c candidate) {
	x.tell(fmt.Sprintf("shrinking a difference of %d operations", len(c.ops)))
}

// candidate is a sequence and its result.
type candidate struct {
	sequence
	ops []string
	res judge.Result
}

// first runs sequences and returns the first one that differs; without one, the
// candidate has no case.
func (x *explorer) first(ctx context.Context, list [][]string) (candidate, error) {
	var batch []candidate
	var run []*casefile.Case
	for _, ops := range list {
		s, err := newScript(x.Release)
		if err != nil || !s.follow(ops) {
			continue
		}
		if q, ok := s.write(x.Dir, "Linux "+x.Release+" differs from the model of it."); ok {
			batch, run = append(batch, candidate{sequence: q, ops: ops}), append(run, q.c)
		}
	}
	for res, err := range x.fresh(ctx, run) {
		if err != nil {
			return candidate{}, err
		}
		if res.Verdict == judge.Fail {
			batch[0].res = res
			return batch[0], nil
		}
		batch = batch[1:]
	}
	return candidate{}, nil
}

// operationsOf returns the operations of a case up to a line, or all of them if it
// is 0.
func operationsOf(c *casefile.Case, last int) []string {
	var ops []string
	fault := "" // of the next command
	for _, s := range c.Steps {
		if last > 0 && s.Line > last {
			break
		}
		text := strings.TrimSuffix(s.Command.Text, " &")
		switch {
		case s.Command.Verb == machine.Fail:
			fault = text + "\n"
		case s.Command.Verb != machine.Wait && text != insideNew:
			ops = append(ops, fault+text)
			fault = ""
		}
	}
	return ops
}

// without returns the sequences that lack size consecutive operations.
func without(ops []string, size int) [][]string {
	var list [][]string
	for from := 0; from < len(ops); from += size {
		to := min(from+size, len(ops))
		list = append(list, slices.Concat(ops[:from], ops[to:]))
	}
	return list
}

// simplified returns the sequences that lack one fault, one parameter, or one item
// of a parameter.
func simplified(ops []string) [][]string {
	var list [][]string
	for i, op := range ops {
		for _, simpler := range simplerForms(op) {
			list = append(list, slices.Concat(ops[:i], []string{simpler}, ops[i+1:]))
		}
	}
	return list
}

func simplerForms(op string) []string {
	if fault, of, faulty := strings.Cut(op, "\n"); faulty {
		list := []string{of}
		for _, simpler := range simplerForms(of) {
			list = append(list, fault+"\n"+simpler)
		}
		return list
	}
	words := strings.Fields(op)
	if words[0] != string(machine.Insmod) {
		return nil
	}
	var list []string
	for i := 2; i < len(words); i++ {
		list = append(list, strings.Join(slices.Concat(words[:i], words[i+1:]), " "))
		name, value, _ := strings.Cut(words[i], "=")
		items := strings.Split(value, ",")
		for j := range items {
			if rest := slices.Concat(items[:j], items[j+1:]); len(rest) > 0 {
				param := fmt.Sprint(name, "=", strings.Join(rest, ","))
				list = append(list, strings.Join(slices.Concat(words[:i], []string{param}, words[i+1:]), " "))
			}
		}
	}
	return list
}
