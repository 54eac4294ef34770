// SPDX-License-Identifier: Apache-2.0

package paste

import "slices"

// step is an action in the sequence.
type step struct {
	action
	line    int     // of the input, where it was typed or where its effect shows
	typed   bool    // else it is inferred
	sure    bool    // its transcript says which commands fail
	because string  // why it is inferred
	errno   string  // by a tool's message or the log
	fails   bool    // it fails
	held    bool    // its transition is still open at the next command
	turns   bool    // it reverses a transition
	forced  bool    // the transition was ended by force
	events  []event // its events in the log
	told    bool    // the log has been matched to it

	initFails bool // the loaded module's own init fails

	failedAt  int    // the line that says why it fails; 0: none
	settled   bool   // the file shows that the transition is over
	printed   string // what the file has
	printedAt int    // the line that shows it; 0: none
}

// matches reports whether a step is the action that a record shows.
func (s *step) matches(a action) bool {
	return s.op == a.op && s.module == a.module && s.path == a.path && (a.value == "" || truth(s.value) == truth(a.value))
}

// truth returns how kstrtobool reads a value, for the usual spellings.
func truth(value string) string {
	switch value {
	case "y", "Y", "on", "true", "1\n":
		return "1"
	case "n", "N", "off", "false":
		return "0"
	}
	return value
}

// world is the state of the system after the events so far.
type world struct {
	loaded   map[string]*step // by module: the step that loaded it
	enabled  []string         // livepatches, oldest first
	trans    string           // the livepatch in transition
	down     bool             // it goes to unpatched
	opener   *step            // the step that started the transition
	started  bool             // its "starting" was seen
	passed   bool             // another command has come since
	told     string           // the livepatch whose next "starting" is explained
	incoming string           // the module that is being loaded
	outgoing string           // the module that is being removed, or was refused
	failing  string           // the livepatch whose enabling has failed
}

func newWorld() *world { return &world{loaded: map[string]*step{}} }

func (w *world) begin(patch string, down bool, s *step) {
	w.trans, w.down, w.opener, w.told = patch, down, s, patch
	w.started, w.passed = false, false
	w.incoming, w.outgoing = "", ""
}

// hold notes that another command comes while the transition may be running:
// only later lines show whether it is.
func (w *world) hold() { w.passed = w.passed || w.opener != nil && w.started }

// confirm notes that the transition is running, or is just ending.
func (w *world) confirm() {
	if w.opener != nil && w.passed {
		w.opener.held = true
	}
}

// end ends the transition, whether its end was seen or not.
func (w *world) end() {
	if w.trans != "" && w.down {
		w.disable(w.trans)
	}
	w.trans, w.opener, w.told = "", nil, ""
	w.incoming, w.outgoing = "", ""
}

func (w *world) enable(patch string) {
	if !slices.Contains(w.enabled, patch) {
		w.enabled = append(w.enabled, patch)
	}
}

func (w *world) disable(patch string) {
	w.enabled = slices.DeleteFunc(w.enabled, func(p string) bool { return p == patch })
}

// forget removes a module.
func (w *world) forget(module string) {
	delete(w.loaded, module)
	w.disable(module)
}

// silent applies a step that leaves nothing in the log.
func (w *world) silent(s *step) {
	if s.errno != "" || s.fails {
		return
	}
	switch {
	case s.op == opLoad && w.loaded[s.module] == nil:
		w.loaded[s.module] = s
	case s.op == opUnload:
		w.forget(s.module)
	case s.op == opWrite && s.path == enabledOf(s.module) && truth(s.value) == "0":
		w.disable(s.module)
	}
}
