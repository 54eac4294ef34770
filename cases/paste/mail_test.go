// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnmail(t *testing.T) {
	const head = "From: A <a@example.org>\nSubject: x\n"
	in64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) + "\n" }
	multi := func(kind string, parts ...string) string {
		return head + "Content-Type: multipart/" + kind + "; boundary=\"b\"\n\n--b\n" + strings.Join(parts, "\n--b\n") + "\n--b--\n"
	}
	plainPart, htmlPart := "Content-Type: text/plain\n\na", "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"+in64("<b>a</b>")
	tests := []struct{ name, text, want string }{
		{"no mail", "a: b\nSubject: c\n\na=20=\nb", ""},
		{"as it is", head + "Content-Transfer-Encoding: 8bit\n\na=b\n", ""},
		{"quoted-printable", head + "Content-Transfer-Encoding: quoted-printable\n\nklp_f=\nind c=3Dd\n", "klp_find c=d"},
		{"malformed", head + "Content-Transfer-Encoding: quoted-printable\n\na=zz b=3Dc\n", "a=zz b=c"},
		{"base64", head + "Content-Transfer-Encoding: BASE64\r\n\r\n" + in64("a\nb"), "a|b"},
		{"base64 with a footer", head + "Content-Transfer-Encoding: base64\n\n" + in64("a\n") + "____\nfoot er", "a|____|foot er"},
		{"attached", multi("mixed", plainPart, "Content-Type: application/octet-stream; name=dmesg\nContent-Transfer-Encoding: base64\n\n"+in64("b")), "a|b"},
		{"binary", multi("mixed", plainPart, "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"+in64("\x89PNG\x00")), "a"},
		{"alternative", multi("alternative", plainPart, htmlPart), "a"},
		{"HTML alone", multi("alternative", htmlPart), "<b>a</b>"},
		{"no end", strings.TrimSuffix(multi("mixed", plainPart), "\n--b--\n"), "a"},
		{"no part", head + "Content-Type: multipart/mixed; boundary=b\n\na\n", "a"},
		{"no boundary", head + "Content-Type: multipart/mixed\n\na\n", "a"},
		{"forwarded", multi("mixed", "Content-Type: message/rfc822\n\nSubject: y\nContent-Transfer-Encoding: base64\n\n"+in64("b")), "Subject: y|Content-Transfer-Encoding: base64||b"},
		{"a mailbox", "From a@b Thu Jan  1 00:00:00 1970\n" + head + "Content-Transfer-Encoding: base64\n\n" + in64("a") + "From a@b Thu Jan  1 00:00:00 1970\n" + head + "\nb\n", "a|" + strings.ReplaceAll(head, "\n", "|") + "|b"},
	}
	for _, test := range tests {
		text, ok := unmail(test.text)
		_, body, _ := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
		got := strings.ReplaceAll(strings.Trim(body, "\n"), "\n", "|")
		if ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s: %t\n%s", test.name, ok, cmp.Diff(test.want, got))
		}
	}
}

// TestMailHead: the title comes from the subject, which may be encoded and folded.
func TestMailHead(t *testing.T) {
	const text = "Subject: =?utf-8?q?livepatch=3A?=\n =?utf-8?q?_it=0Abreaks?=\nFrom: =?unknown?q?x?=\nX: =?utf-8?b?bGl2ZQ==?=\n\nlivepatch: enabling patch 'a'\n"
	want := "Subject: =?utf-8?q?livepatch=3A?= =?utf-8?q?_it=0Abreaks?=|From: =?unknown?q?x?=|X: live||livepatch: enabling patch 'a'"
	if d := cmp.Diff(want, joined(readLines([]byte(text)))); d != "" {
		t.Error(d)
	}
}

// TestMailNested: mails in mails are read only so deep.
func TestMailNested(t *testing.T) {
	text := "Subject: x\n\nlast\n"
	for range 100 {
		text = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" + text + "\n--b--\n"
	}
	if got, ok := unmail(text); !ok || !strings.Contains(got, "last") || len(got) > len(text) {
		t.Errorf("%t, %d bytes of %d", ok, len(got), len(text))
	}
}
