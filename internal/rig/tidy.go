// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"slices"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/guest/wire"
)

const (
	tidyRounds = 3 // a livepatch can be unloaded once the one above it is
	tidyWait   = 20 * time.Second
)

// tidy unloads the modules of tests, and returns those that stay. A failed command
// shows in the modules that stay.
func (s *solo) tidy(ctx context.Context) (left []string, err error) {
	for round := 0; ; round++ {
		survey, err := s.now.agent.Survey(ctx)
		if err != nil {
			return nil, err
		}
		if left = s.left(survey); len(left) == 0 || round == tidyRounds {
			return left, nil
		}
		if err := s.now.agent.Begin(ctx); err != nil {
			return nil, err
		}
		for _, cmd := range unload(left, survey.Patches) {
			if _, err := s.now.agent.Step(ctx, cmd, tidyWait); err != nil {
				return nil, err
			}
		}
	}
}

// left returns the modules of tests that are loaded, the newest first. A session that
// has ended may have sent them.
func (s *solo) left(survey wire.Survey) (names []string) {
	for _, name := range survey.Modules {
		if isTestModule(name) || s.sent[name] && !slices.Contains(s.first.Modules, name) {
			names = append(names, name)
		}
	}
	return names
}

// unload returns the commands that unload modules, some of which are livepatches: held
// tasks are released, livepatches are disabled, and the modules are unloaded.
func unload(modules, patches []string) (list []machine.Command) {
	add := func(verb machine.Verb, text string, args ...string) {
		list = append(list, machine.Command{Text: text, Verb: verb, Args: args})
	}
	if slices.Contains(modules, "klp_target") {
		for _, what := range []string{"old", "new"} {
			add(machine.Release, "release "+what, what)
		}
	}
	for _, name := range modules {
		if slices.Contains(patches, name) {
			file := "/sys/kernel/livepatch/" + name + "/enabled"
			add(machine.Echo, "echo 0 > "+file, "0", file)
		}
	}
	for _, name := range modules {
		add(machine.Rmmod, "rmmod "+name, name)
	}
	return list
}
