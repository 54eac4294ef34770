// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// initRet is klp_target's parameter that makes its init fail.
const initRet = "init_ret="

// failsInit reports whether livepatches are undone for a module because its own
// init fails, not because it is removed: nothing has been typed since its loading.
func (t *teller) failsInit(module string) bool {
	s := t.loaded[module]
	if s == nil || t.cursor < 0 || t.steps[t.cursor] != s || t.typedUnload(module) {
		return false
	}
	last := t.dump || t.cursor == len(t.steps)-1
	return s.errno != "" || s.sure && last || slices.ContainsFunc(s.params, isInitRet)
}

func isInitRet(param string) bool { return strings.HasPrefix(param, initRet) }

// targetParams returns the parameters of a module that is patched: klptest's own
// keep theirs, and klp_target gets one that makes its init fail.
func (m *mapping) targetParams(s *step) (list []string) {
	ours := m.ours[s.module]
	if s.op != opLoad || m.params[s] != nil {
		return nil
	}
	if ours == s.module {
		list = slices.Clone(s.params)
	}
	if s.initFails && ours == holderModule && !slices.ContainsFunc(list, isInitRet) {
		list = append(list, initRet+strconv.Itoa(-int(errnoOr(s.errno, unix.ENODEV))))
	}
	return list
}
