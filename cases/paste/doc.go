// SPDX-License-Identifier: Apache-2.0

// Package paste makes a case from what people paste into bug reports: kernel
// logs, terminal sessions, selftest transcripts and diffs, mails, in any
// mixture.
//
// It is a pipeline of pure stages:
//
//	lines     text.go, charset.go, mail.go: the text as numbered lines of plain characters
//	layers    layers.go, ownfail.go, fronts.go, stamps.go, unwrap.go, diff.go, source.go: what mailers,
//	          test runners, loggers and diffs have put around a line is removed
//	evidence  classify.go, prompt.go, boots.go, sections.go: what each line is
//	events    known.go: what the kernel did, as a record reports it
//	commands  shell.go, words.go, tool.go, typed.go: the commands that were
//	          typed; infer.go, happen.go, step.go, load.go, modules.go,
//	          ftrace.go: those that the log implies by its effects
//	mapping   mapping.go, probe.go, version.go, replace.go, failing.go, plan.go:
//	          the reporter's modules become klp_a to klp_h, klp_target and
//	          klp_other; own.go takes the reporter's C source instead
//	case      write.go, format.go, title.go, account.go, symptom.go: a case whose
//	          expected lines are a healthy kernel's, as internal/model predicts
//	          them; related.go finds similar shipped cases
//
// A report shows what was done, not what is right: a splat is a symptom, and
// goes into a header.
package paste
