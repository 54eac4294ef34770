// SPDX-License-Identifier: Apache-2.0

// Package paste makes a case from what people paste into bug reports: kernel
// logs, terminal sessions, selftest transcripts and diffs, mails, in any
// mixture.
//
// It is a pipeline of pure stages, each in files of its name:
//
//	lines     text.go: the text as numbered lines of plain characters
//	layers    layers.go, stamps.go, unwrap.go, diff.go, source.go: what mailers,
//	          test runners, loggers and diffs have put around a line is removed
//	evidence  classify.go, prompt.go, known.go, sections.go: what each line is
//	events    event.go, callback.go: what a record says that the kernel has done
//	commands  shell.go, tool.go, infer.go: what was typed, and what must have
//	          been given because the log shows its effect
//	mapping   mapping.go, probe.go, version.go, hold.go: the reporter's modules
//	          become klp_a to klp_h, klp_target and klp_other
//	case      write.go, symptom.go: a case whose expected lines are those of a
//	          healthy kernel, as internal/model predicts them
//
// What a report shows is evidence of what was done. It is not what is right: a
// splat is a symptom, and goes into a header.
package paste
