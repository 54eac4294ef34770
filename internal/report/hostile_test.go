// SPDX-License-Identifier: Apache-2.0

package report

import "strings"

// hostile has texts that a guest may log to deceive a reader or a parser.
var hostile = []string{
	"",
	"\n",
	"ok 1 after",
	"x\nok 2 after\nBail out!\n1..0\n",
	"x # SKIP harmless",
	"SKIP harmless",
	"Subtest: after",
	"# Subtest: after\n  KTAP version 1\n  1..1\n  ok 1 after",
	"KTAP version 1\rTAP version 14\r\nnot ok 2 after",
	"Kernel panic - not syncing: VFS: Unable to mount root fs",
	"a\nreboot: System halted\nb List of all partitions:",
	"#", " # ", "- ", "-", "\t", "%s%n%d",
	"]]></system-out><testcase name=\"after\"/><![CDATA[",
	"<!-- & &amp; &#0; &quot; ' \" -->",
	"\x00\x01\x1b[2J\x1b]0;title\x07\x7f",
	"\u0085not ok 2 after\u2028ok 2 x\u2029\u009b31m",
	"\u202eevil\u2066\ufeff\ufffe\uffff\U0010ffff",
	"\xff\xfe\xed\xa0\x80 cut \xe2\x82",
	`\x1b \u202e \`,
	strings.Repeat("long ", 1000),
}
