// SPDX-License-Identifier: Apache-2.0

package model

// The levels of include/linux/printk.h.
const (
	loglevelDebug      = 10
	loglevelMotormouth = 15
)

// loglevelState is CONSOLE_LOGLEVEL_STATE.
const loglevelState = 1

// loglevel is struct loglevel of klp_loglevel_v3.c; v1 and v2 have only the
// original.
type loglevel struct{ original, set int }

// loglevelPatch is klp_loglevel_v1, _v2 or _v3.
type loglevelPatch struct {
	logger
	k       *kernel
	patch   *patch
	own     *state
	version uint32
}

func newLoglevel(k *kernel, m *module, version uint32) *loglevelPatch {
	l := &loglevelPatch{logger: logger{k.kmsg, m.name + ": "}, k: k, version: version}
	l.own = &state{id: loglevelState, version: version}
	o := &object{callbacks: callbacks{l.prePatch, l.postPatch, l.preUnpatch, l.postUnpatch}}
	l.patch = &patch{mod: m, objects: []*object{o}, states: []*state{l.own}, replace: true}
	return l
}

func (l *loglevelPatch) isLivepatch() bool   { return true }
func (l *loglevelPatch) functions() []string { return nil }
func (l *loglevelPatch) params() []param     { return nil }
func (l *loglevelPatch) init() int           { return l.k.enablePatch(l.patch) }
func (l *loglevelPatch) exit()               {}

// level returns a state's data, which may be a probe's.
func (l *loglevelPatch) level(s *state) *loglevel {
	if s == nil || s.data == nil || s.data.level == nil {
		l.k.giveUp("klp_loglevel with data of another kind")
		return &loglevel{}
	}
	return s.data.level
}

// prev returns the state that is being taken over, if it has data.
func (l *loglevelPatch) prev() *state {
	if l.version == 1 {
		return nil
	}
	if s := l.k.getPrevState(loglevelState); s != nil && s.data != nil {
		return s
	}
	return nil
}

func (l *loglevelPatch) prePatch(*object) int {
	switch {
	case l.version == 3:
		l.info("pre_patch: allocating memory for two loglevels")
	case l.prev() != nil:
		l.info("pre_patch: the original console_loglevel will be taken over")
		return 0
	default:
		l.info("pre_patch: allocating memory for the original console_loglevel")
	}
	l.own.data = &data{level: &loglevel{}}
	return 0
}

func (l *loglevelPatch) postPatch(*object) {
	set := map[uint32]int{1: loglevelMotormouth, 2: loglevelDebug, 3: loglevelMotormouth}[l.version]
	prev := l.prev()
	switch {
	case l.own.data == nil:
		l.info("post_patch: taking over the original console_loglevel")
		l.own.data = &data{level: l.level(prev)}
		if prev != nil {
			prev.data = nil
		}
	default:
		*l.own.data.level = loglevel{l.k.printk[0], set}
	}
	if l.version == 3 && prev != nil {
		l.info("post_patch: copying the original console_loglevel, freeing the old data")
		l.own.data.level.original = l.level(prev).original
		prev.data = nil
	}
	l.info("post_patch: setting console_loglevel to %d", set)
	l.k.printk[0] = set
}

func (l *loglevelPatch) preUnpatch(*object) {
	level := l.level(l.own)
	if l.version == 3 && l.k.printk[0] != level.set {
		l.info("pre_unpatch: console_loglevel was changed meanwhile, keeping it")
		return
	}
	l.info("pre_unpatch: restoring console_loglevel")
	l.k.printk[0] = level.original
}

func (l *loglevelPatch) postUnpatch(*object) {
	switch {
	case l.version == 3:
		l.info("post_unpatch: freeing the two loglevels")
	case l.version == 2 && l.own.data == nil:
		l.info("post_unpatch: keeping console_loglevel as it is")
	default:
		l.info("post_unpatch: freeing the original console_loglevel")
	}
	l.own.data = nil
}
