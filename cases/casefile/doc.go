// SPDX-License-Identifier: Apache-2.0

// Package casefile parses and checks case files.
//
// [Parse] reads the file: its archive, its header, its transcript and, in the
// transcript, each command and each condition. [Check] finds what parses but
// cannot be meant.
//
// # The file
//
// A case is a txtar archive of at most 1 MB: UTF-8, lines that end in LF (CR
// LF is refused), no control characters but tabs. The first line is the title;
// prose and headers follow in any order:
//
//	Covers:  what of the documentation the case shows, SOURCE, "WORDS"; may be
//	         repeated; for the shipped cases rules.txt has all that there is
//	Needs:   conditions, joined by commas; may be repeated. Otherwise: SKIP
//	CPUs:    1 to 64
//	Memory:  MB, 128 to 65536
//	Timeout: of the whole case, such as 90s or 10m; 5m the default
//	Taints:  taint bits that it may set, by letter (W) or by number (9)
//	Leaves:  modules that are still loaded at the end
//	Symptom: what a report says that a broken kernel does: a splat as below
//	         without the *, such as WARNING function, its function left out
//	         where it is not known; stall, also of a transition that does not
//	         end; refusal, a command that fails and should not; missing LINE
//	         and extra LINE of the log. A FAIL says whether it is that
//	Ignores: "TEXT" "TEXT": records of the log with such a text do not count,
//	         unless they begin a splat; may be repeated
//	Holds:   modules of the case's own that hold transitions open
//	Repeat:  how often run and bisect run it: a race does not come each time
//
// A line of prose must not begin as a header does, with a capitalised word and
// a colon and a blank. The section "transcript" is the script; any other
// section is C source, NAME.c of the module NAME, or NAME.h.
//
// # The transcript
//
//	% COMMAND            a command; what follows is expected of it
//	any other line       of the kernel's log, in order
//	* WARNING function   a splat of the kernel, folded
//	= TEXT               a line of the command's output
//	! EINVAL             the command fails so; errno 524: one without a name;
//	                     of sh, exit 1 or SIGKILL
//	[CONDITION] line     the line counts where the condition holds; in front
//	                     of a command it is for all that follows up to the next
//	# comment            ignored, as blank lines are
//	\line                a line of the log that begins with one of % = ! # [ \,
//	                     with a blank, or with "* " or "-- "
//
// A splat is shown by its kind and, where its lines name one, the function that
// it comes from: panic, Oops, BUG, WARNING, KASAN, KCSAN, KFENCE, KMSAN, UBSAN,
// lockdep, stall (of RCU, a soft or hard lockup, a hung task), or splat for one
// whose title is not in the log. "* stack" is a bare dump that says nothing bad.
//
// A command is written to the log before it runs, as its marker; a marker too
// many or too few is an ERROR, and a line of livepatch before the first one a
// FAIL. Log, errno and output are compared apart from each other. Blanks at the end
// of a line do not count; bytes that are not text are shown as \xNN.
//
// # Commands
//
//	insmod NAME [PARAM=VALUE…]   echo VALUE > PATH   hold old|new
//	rmmod NAME                   cat PATH            release old|new
//	wait PATCH                   sh COMMAND
//
// The VALUE of echo is all up to the last " > ", without the quotes around it
// if there are any; nothing is expanded. After insmod and echo, which may start
// a transition, after rmmod of a module that is no livepatch, which may end
// one, and after sh, it is waited until no transition is left, whoever has
// started it. A " &" says not to wait: what is held goes on. A shell's command
// runs where the modules lie, so that "sh insmod klp_a.ko" loads one (busybox
// tries twice where the kernel refuses); with " &" it goes on in the background.
//
// # Conditions
//
//	kernel >= 6.14    also > < <= == !=; as many numbers are compared as the
//	                  condition has, so that 6.12.117 is == 6.12 and <= 6.12
//	config NAME       the option is y, m or has a value; config NAME=VALUE
//	sysfs ATTRIBUTE   livepatches have such a file in sysfs
//
// Each may follow "not"; several are joined by commas and must all hold. What
// is not known of a kernel does not hold, nor does its contrary: a case that
// asks for it anywhere is skipped.
package casefile
