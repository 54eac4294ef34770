// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

func parseHTML(t *testing.T, docs []Document) *html.Node {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, docs); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// all returns the elements for which want holds.
func all(root *html.Node, want func(*html.Node) bool) (list []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && want(n) {
			list = append(list, n)
		}
	}
	return list
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(class string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(strings.Fields(attr(n, "class")), class) }
}

func tag(a atom.Atom) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.DataAtom == a }
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func texts(list []*html.Node) (out []string) {
	for _, n := range list {
		out = append(out, textOf(n))
	}
	return out
}

func TestHTMLGrid(t *testing.T) {
	root := parseHTML(t, htmlDocs(t))
	rows := texts(all(root, tag(atom.Tr)))
	want := []string{
		"Test6.12.117+deb12-amd646.1.0-50-amd64",
		"state-takeover-higherFAILPASS", "data-copyFAILFAIL", "state-addPASSPASS",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("%q", rows)
	}
	ids := map[string]string{}
	for _, a := range all(root, tag(atom.Article)) {
		ids["#"+attr(a, "id")] = textOf(all(a, tag(atom.H2))[0])
	}
	links := 0
	for _, row := range all(root, tag(atom.Tr))[1:] {
		name := textOf(all(row, tag(atom.Th))[0])
		for _, link := range all(row, tag(atom.A)) {
			want := textOf(link) + " " + name
			if link.Parent.DataAtom == atom.Th {
				want = "PASS " + name
			}
			if got := ids[attr(link, "href")]; got != want {
				t.Errorf("%s %s leads to %q", name, textOf(link), got)
			}
			links++
		}
	}
	if links != 3+2 { // results that did not pass, tests that passed
		t.Errorf("%d links", links)
	}
	if early := texts(all(root, has("early"))); !slices.Equal(early, []string{"6.12.117+deb12-amd64 ended early: interrupted Not run: never"}) {
		t.Errorf("%q", early)
	}
}

func TestHTMLArticle(t *testing.T) {
	a := all(parseHTML(t, htmlDocs(t)), has("first"))[0]
	if got := texts(all(a, has("headline"))); len(got) != 1 || got[0] != "state-takeover-higher.txtar:26: expected: klp_b: post_patch vmlinux: state 1 own=2 prev=1; got: klp_b: post_patch vmlinux: state 1 own=2 prev=none" {
		t.Errorf("%q", got)
	}
	if got := texts(all(a, tag(atom.Mark))); !slices.Equal(got, []string{"state-takeover-higher.txtar:26: the first wrong line -klp_b: post_patch vmlinux: state 1 own=2 prev=1"}) {
		t.Errorf("%q", got)
	}
	if got := texts(all(a, tag(atom.Code))); !slices.Equal(got, []string{"klptest run --kernel debian:6.12 state-takeover-higher", "klptest shell --kernel debian:6.12 state-takeover-higher@2"}) {
		t.Errorf("%q", got)
	}
	if got := len(all(a, has("timeline"))); got != 1 {
		t.Errorf("%d timelines", got)
	}
	if words := texts(all(a, tag(atom.Li))); !slices.Contains(words, "WRONG: klp_b: post_patch vmlinux; state 1: own 2, prev none") {
		t.Errorf("%q", words)
	}
}

// TestHTMLSplat: only a splat in the log is folded.
func TestHTMLSplat(t *testing.T) {
	articles := all(parseHTML(t, htmlDocs(t)), tag(atom.Article))
	i := slices.IndexFunc(articles, func(a *html.Node) bool { return strings.Contains(textOf(a), "FAIL data-copy") })
	lines := all(articles[i], has("lines"))[0]
	folds := all(lines, tag(atom.Details))
	if len(folds) != 1 || !has("splat")(folds[0]) || !strings.HasPrefix(textOf(folds[0]), "WARNING klp_get_prev_state: 8 lines[ 9.000000] ------------[ cut here ]") {
		t.Errorf("%q", texts(folds))
	}
	if strings.Contains(textOf(folds[0]), "amid") || !slices.ContainsFunc(texts(all(lines, has("kernel"))), func(s string) bool { return strings.HasSuffix(s, "klp_b: amid a splat") }) {
		t.Errorf("what a module logs is not seen: %q", texts(folds))
	}
	if got := texts(all(lines, has("command"))); len(got) != 5 || !strings.HasSuffix(got[0], "% insmod klp_a states=1:1 data=alloc") {
		t.Errorf("%q", got)
	}
}

// TestHTMLPassed: a test that passed in the same way on several kernels has one article.
func TestHTMLPassed(t *testing.T) {
	var got []string
	for _, a := range all(parseHTML(t, htmlDocs(t)), tag(atom.Article)) {
		got = append(got, textOf(all(a, tag(atom.H2))[0])+": "+textOf(all(a, has("on"))[0]))
	}
	if want := "PASS state-add: on 6.12.117+deb12-amd64, 6.1.0-50-amd64"; !slices.Contains(got, want) || len(got) != 5 {
		t.Errorf("%q", got)
	}
}

func TestHTMLRepeated(t *testing.T) {
	d := Document{}
	for i, v := range []judge.Verdict{judge.Pass, judge.Fail, judge.Pass, judge.Fail} {
		d.Outcomes = append(d.Outcomes, Outcome{Result: judge.Result{Name: "race", File: "race", Verdict: v, Reasons: []string{string('a' + rune(i))}}})
	}
	root := parseHTML(t, []Document{d})
	if got := texts(all(root, tag(atom.Td))); !slices.Equal(got, []string{"FAIL 2/4"}) {
		t.Errorf("%q", got)
	}
	if got := texts(all(root, has("headline"))); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%q", got)
	}
}

// TestHTMLRunNames: runs on the same kernel have different names.
func TestHTMLRunNames(t *testing.T) {
	at := time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)
	run := func(release, label string) Document {
		at = at.Add(time.Hour)
		return Document{Provenance: Provenance{Release: release, Label: label, Started: at}}
	}
	got := runNames([]Document{run("6.12", ""), run("6.1", ""), run("6.12", ""), run("6.12", "0001-a.patch")})
	if want := []string{"6.12 · 2026-01-31 11:00:00", "6.1", "6.12 · 2026-01-31 13:00:00", "0001-a.patch · 6.12"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestHTMLRoom: evidence that does not fit is omitted, and the page says so.
func TestHTMLRoom(t *testing.T) {
	w := newArticles()
	w.left = map[bool]int{true: -1, false: -1}
	o := htmlDocs(t)[0].Outcomes[1]
	if _, err := w.add(Document{}, o); err != nil {
		t.Fatal(err)
	}
	if id, err := w.add(Document{}, htmlDocs(t)[0].Outcomes[0]); id != "" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if a := w.list[0]; len(w.list) != 1 || !a.Omitted || a.Diff != nil || a.Drawing != "" || a.Headline == "" {
		t.Errorf("%+v", a)
	}
}

// hostileDocs returns runs in which all text is hostile.
func hostileDocs() []Document {
	var docs []Document
	for i, s := range append(hostile, `<script>pwned=1</script>`, `"><img src=x onerror=pwned=1>`, `{{.}}`, `</style></script></title><script>pwned=1</script>`, `javascript:pwned=1`, `#" onclick="pwned=1`) {
		r := judge.Result{
			Name: s, Title: s, File: s, Verdict: worst[i%len(worst)], Reasons: []string{s, s}, Advice: s, Diff: "--- x\n+++ y\n-" + s + "    <-- " + s + "\n", Tail: s, Log: s, QEMU: s, Expected: s,
			Observation: judge.Observation{Answers: []machine.Answer{{Output: s, Errno: s, Records: []machine.Record{{Text: "% " + s, Facility: 1}, {Text: s}, {Text: "livepatch: enabling patch 'klp_a'"}}}}},
		}
		p := Provenance{Klptest: s, Kernel: s, Release: s, Spec: s, Label: s, Flags: []string{s}, Tests: []string{s, "x"}, Machine: Machine{Arch: s}, Host: Host{System: s}}
		docs = append(docs, Document{Provenance: p, Outcomes: []Outcome{{Case: s + "\n\n-- transcript --\n% cat /x\n= " + s + "\n", Result: r, Folder: s}}, Ending: Ending{Error: s, Detail: s}})
	}
	return docs
}

// onlyOurs matches the page's own attributes.
var onlyOurs = regexp.MustCompile(`^(class|id|href|title|lang|charset|content|name|http-equiv|role|type|placeholder|autocomplete|spellcheck|scope|tabindex|open|value|xmlns|viewbox|width|height|rx|x|y|d|transform|textlength|lengthadjust|data-[a-z]+|aria-[a-z]+)$`)

// TestHTMLHostileText: hostile text creates no element or attribute, and links lead
// only to articles and folders.
func TestHTMLHostileText(t *testing.T) {
	root := parseHTML(t, hostileDocs())
	if n := len(all(root, tag(atom.Script))); n != 1 {
		t.Errorf("%d scripts", n)
	}
	for _, n := range all(root, func(*html.Node) bool { return true }) {
		if slices.Contains([]string{"img", "iframe", "object", "link", "base", "use", "image"}, n.Data) {
			t.Errorf("element %s", n.Data)
		}
		for _, a := range n.Attr {
			if !onlyOurs.MatchString(strings.ToLower(a.Key)) {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#r") && !strings.HasPrefix(a.Val, "./") {
				t.Errorf("a link to %q", a.Val)
			}
		}
	}
	if got := textOf(root); !strings.Contains(got, `<script>pwned=1</script>`) || strings.ContainsAny(got, "\x00\x1b\u202e") {
		t.Errorf("hostile text is lost, or not escaped: at %.60q", got[strings.IndexAny(got, "\x00\x1b\u202e"):])
	}
}
