// SPDX-License-Identifier: Apache-2.0

package paste

// The reasons for commands that the log merely implies.
const (
	fromBefore  = "it was there before the log begins"
	loadedAgain = "it is loaded again further on"
	mustBeThere = "it must have been loaded before"
	nobodySays  = "it was loaded before the livepatch, which would else say that it is applied"
	calledBack  = "its callbacks are called"
	ftraceBusy  = "ftrace is busy, and then not; most likely it was switched off"
	mustBeOff   = "it can be removed only when it is disabled"
	unnamed     = "a livepatch is refused, whose name is not said"
)

var uncertain = []string{mustBeOff, ftraceBusy, fromBefore, loadedAgain, mustBeThere, nobodySays, calledBack, unnamed}

// handlers infer commands from events.
var handlers map[happening]func(*teller, event)

func init() {
	handlers = map[happening]func(*teller, event){
		enabling:     (*teller).onEnabling,
		incompatible: (*teller).onIncompatible,
		initializing: (*teller).onInitializing,
		disabling:    func(t *teller, e event) { e.down = true; t.onInitializing(e) },
		starting:     (*teller).onStarting,
		reversing:    (*teller).onReversing,
		completing:   (*teller).known,
		complete:     (*teller).onComplete,
		enableFailed: (*teller).onEnableFailed,
		applying:     (*teller).onApplying,
		refusing:     (*teller).onRefusing,
		reverting:    (*teller).onReverting,
		forcing:      (*teller).onForcing,
		noSymbol:     (*teller).onNoSymbol,
		sysctl:       (*teller).onSysctl,
		sysctlFailed: (*teller).onSysctl,
		suspicious:   (*teller).onSuspicious,
		callback:     (*teller).onCallback,
		preFailed:    (*teller).present,
		unpatchable:  (*teller).onUnpatchable,
		moduleInit:   (*teller).onModuleInit,
		moduleExit:   (*teller).onModuleExit,
		busy:         func(t *teller, e event) { t.busy = append(t.busy, e.patch) },
		signaling:    func(t *teller, _ event) { t.stalls = true },
	}
}

func (t *teller) happen(e event) {
	if f := handlers[e.what]; f != nil {
		f(t, e)
	}
}

func (t *teller) onEnabling(e event) {
	t.end()
	s := t.load(e.patch, e, "the log says that it is enabled")
	t.loaded[e.patch] = s
	t.enable(e.patch)
	t.begin(e.patch, false, s)
	t.failing = ""
}

func (t *teller) onIncompatible(e event) {
	if t.trans != "" {
		t.hold()
	}
	s := t.load(e.patch, e, "the log says that it is refused")
	s.fails, s.errno = true, "EINVAL"
}

func (t *teller) onInitializing(e event) {
	if !e.down {
		if t.trans != e.patch {
			t.onEnabling(e)
		}
		return
	}
	t.known(e)
	if t.trans != e.patch || !t.down {
		t.end()
	}
	t.toggle(e, "0", "the log says that it is disabled")
}

// toggle adds a write to the file enabled.
func (t *teller) toggle(e event, value, why string) {
	if t.told == e.patch && t.trans == e.patch && t.down == (value == "0") {
		return // a callback has shown it
	}
	s := t.want(action{op: opWrite, module: e.patch, path: enabledOf(e.patch), value: value}, e, why)
	t.begin(e.patch, value == "0", s)
}

func (t *teller) onReversing(e event) {
	t.known(e)
	t.turn(e, "the log says that the transition is reversed")
}

func (t *teller) onStarting(e event) {
	if t.told == e.patch && t.trans == e.patch && t.down == e.down {
		t.told, t.started = "", true
		if !e.down && len(t.steps) > t.cursor && t.steps[t.cursor].op == opLoad {
			t.ftraceOn(e)
		}
		return
	}
	if !e.down && t.loaded[e.patch] == nil {
		t.onEnabling(e)
		t.told, t.started = "", true
		return
	}
	t.known(e)
	if t.trans == e.patch && t.down == e.down {
		return // logged twice
	}
	if s := t.loaded[e.patch]; !e.down && t.trans == "" && s.because == fromBefore && !ends(s) {
		t.begin(e.patch, false, s)
		t.told, t.started = "", true
		return
	}
	if t.trans == e.patch && t.started && !t.debug { // with debugging, the reversal is logged
		t.turn(e, "the transition starts in the other direction")
	} else {
		t.end()
		t.toggle(e, toValue(e.down), "the log says that the transition starts")
	}
	t.told, t.started = "", true
}

// turn adds a write that reverses the running transition.
func (t *teller) turn(e event, why string) {
	if t.trans == e.patch {
		t.started = true
	}
	t.hold()
	t.confirm()
	t.toggle(e, toValue(e.down), why)
	t.opener.turns = true
}

// toValue returns the value for the file enabled.
func toValue(down bool) string {
	if down {
		return "0"
	}
	return "1"
}

func (t *teller) onComplete(e event) {
	if e.patch == t.failing {
		t.end()
		return
	}
	if !e.down && t.loaded[e.patch] == nil && t.trans != e.patch {
		t.onEnabling(e)
	}
	t.known(e)
	if t.trans == e.patch && t.down == e.down {
		t.confirm()
	} else {
		if e.down {
			t.toggle(e, "0", "the log says that it is unpatched")
		} else if t.trans == e.patch {
			t.toggle(e, "1", "the log says that it is patched after all")
		}
	}
	t.end()
}

func (t *teller) onEnableFailed(e event) {
	if t.trans != e.patch {
		t.onEnabling(e)
	}
	if s := t.loaded[e.patch]; s != nil {
		s.fails = true
	}
	t.forget(e.patch)
	t.trans, t.opener, t.told, t.failing = "", nil, "", e.patch
}

func (t *teller) onSuspicious(e event) {
	if s := t.last(opLoad, e.patch); s != nil {
		s.fails = false
		t.loaded[e.patch] = s
	}
}

func (t *teller) onForcing(e event) {
	patch := t.trans
	if patch == "" && len(t.enabled) > 0 {
		patch = t.enabled[len(t.enabled)-1]
	}
	if patch == "" {
		return
	}
	t.hold()
	t.confirm()
	s := t.want(action{op: opWrite, module: patch, path: "/sys/kernel/livepatch/" + patch + "/force", value: "1"}, e, "the log says that the transition is forced")
	s.forced = true
}
