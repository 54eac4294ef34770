// SPDX-License-Identifier: Apache-2.0

package series

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// TestSentWithCRLF: however a patch got the line ends of mail, it applies.
func TestSentWithCRLF(t *testing.T) {
	whole := mail("[PATCH] a", "---\n"+oneDiff)
	from, rest, _ := strings.Cut(whole, "\n")
	coded := "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(crlf("---\n"+oneDiff))) + "\n"
	for name, data := range map[string]string{
		"diff":             crlf(oneDiff),
		"mail":             crlf(whole),
		"mail in a box":    from + "\n" + crlf(rest),
		"one of two mails": mail("[PATCH 2/2] b", "nothing\n") + crlf(whole),
		"base64":           from + "\nSubject: a\n" + coded,
		"quoted-printable": crlf(strings.Replace(strings.Replace(whole, "\n\n", "\nContent-Transfer-Encoding: quoted-printable\n\n", 1), "+two", "+t=\nwo", 1)),
	} {
		patches, err := splitText(t, data)
		if err != nil || len(patches) != 1 {
			t.Errorf("%s: %v, %v", name, patches, err)
			continue
		}
		d := newDir(t)
		if err := patches[0].Apply(t.Context(), d); err != nil {
			t.Errorf("%s: %s", name, detail(err))
		}
		if text, err := os.ReadFile(filepath.Join(d.path, "f")); string(text) != "two\n" {
			t.Errorf("%s: f is %q, %v", name, text, err)
		}
	}
}

// TestFileWithCRLF: a patch to a file that has CR LF itself keeps them.
func TestFileWithCRLF(t *testing.T) {
	diff := strings.NewReplacer("-one\n", "-one\r\n", "+two\n", "+two\r\n").Replace(oneDiff)
	for _, data := range []string{diff, mail("[PATCH] a", "---\n"+diff)} {
		patches, err := splitText(t, data)
		if err != nil || len(patches) != 1 || !strings.Contains(string(patches[0].Diff), "-one\r\n+two\r\n") {
			t.Errorf("%q: %+v, %v", data, patches, err)
		}
	}
}
