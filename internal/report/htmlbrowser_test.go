// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/browsertest"
)

// browser starts a browser if the browser tests are enabled, as by make html-test.
func browser(t *testing.T) *browsertest.Browser {
	t.Helper()
	if os.Getenv("KLPTEST_HTML") == "" {
		t.Skip("make html-test runs this")
	}
	return browsertest.Start(t)
}

func htmlFile(t *testing.T, docs []Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, docs); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// screenshot keeps a picture in the directory KLPTEST_HTML, if that is an absolute path.
func screenshot(b *browsertest.Browser, name string) {
	if dir := os.Getenv("KLPTEST_HTML"); strings.HasPrefix(dir, "/") {
		b.Screenshot(filepath.Join(dir, name+".png"))
	}
}

var views = map[string]browsertest.View{
	"wide-light":  {Width: 1440, Height: 900},
	"wide-dark":   {Width: 1440, Height: 900, Dark: true},
	"phone-light": {Width: 390, Height: 844},
	"phone-dark":  {Width: 390, Height: 844, Dark: true},
}

// seen is an expression that tells whether an element is completely in the window.
const seen = `((e) => { const r = e.getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth; })`

func TestHTMLInBrowser(t *testing.T) {
	b := browser(t)
	path := htmlFile(t, htmlDocs(t))
	for name, v := range views {
		t.Run(name, func(t *testing.T) {
			b.Show(path, v)
			screenshot(b, name)
			is := func(what, expression string) {
				t.Helper()
				var ok bool
				if b.Eval(expression, &ok); !ok {
					t.Errorf("%s: %s", what, expression)
				}
			}
			is("the page is not wider than the window", `document.documentElement.scrollWidth <= innerWidth`)
			is("the first failure is shown", `[...document.querySelectorAll('article')].filter((a) => a.offsetHeight).map((a) => a.querySelector('h2').textContent).join() === 'FAIL state-takeover-higher'`)
			is("the scheme is the reader's", fmt.Sprintf(`(getComputedStyle(document.body).backgroundColor === 'rgb(13, 17, 23)') === %t`, v.Dark))
			is("text is large enough", `[...document.querySelectorAll('article.first .diff pre, article.first .headline, td a')].every((e) => parseFloat(getComputedStyle(e).fontSize) >= 11)`)
			is("the timeline is legible", `(() => { const svg = document.querySelector('article.first svg'); return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width * 12 >= 9; })()`)
			if v.Width > 1000 {
				is("the first wrong line is in sight", seen+`(document.querySelector('article.first mark'))`)
				is("so is the wrong row of the timeline", seen+`(document.querySelector('article.first .band.wrong'))`)
				is("and the command that repeats it", seen+`(document.querySelector('article.first .again code'))`)
			}
			checkContrast(t, b)
		})
	}
}

// checkContrast checks the contrast of text by WCAG 2.1, 1.4.3: 4.5 to 1.
func checkContrast(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	var low []string
	b.Eval(`(() => {
		const rgb = (c) => c.match(/[\d.]+/g).map(Number);
		const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
		const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
		const low = new Set();
		for (const e of document.querySelectorAll('body *:not(svg *):not(script)')) {
			if (!e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
			const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e))].sort((x, y) => y - x);
			const ratio = (a + 0.05) / (b + 0.05);
			if (ratio < 4.5) low.add(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
		}
		return [...low];
	})()`, &low)
	for _, text := range low {
		t.Errorf("contrast of %s", text)
	}
}

// TestHTMLAccessible: a screen reader gets the table, the result, the timeline in
// words, and the button that copies a command.
func TestHTMLAccessible(t *testing.T) {
	b := browser(t)
	b.Show(htmlFile(t, htmlDocs(t)), views["wide-light"])
	b.Eval(`for (const d of document.querySelectorAll('article.first details')) d.open = true`, nil)
	var all strings.Builder
	for _, n := range b.Accessible() {
		fmt.Fprintf(&all, "%s: %s\n", n.Role, n.Name)
	}
	for _, want := range []string{
		"table: Tests and kernels", "columnheader: 6.12.117+deb12-amd64", "rowheader: state-takeover-higher", "link: FAIL", "searchbox: Search tests and reasons",
		"main: ", "heading: FAIL state-takeover-higher", "heading: Timeline", "region: Diff of the expected and the observed transcript", "mark: ",
		"button: Copy the command: run it again", "button: FAIL",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("nobody is told of %q", want)
		}
	}
	if words := "WRONG: klp_b: post_patch vmlinux; state 1: own 2, prev none"; !strings.Contains(all.String(), words) {
		t.Errorf("no %q", words)
	}
	if t.Failed() {
		t.Log(all.String())
	}
}

func TestHTMLKeyboard(t *testing.T) {
	b := browser(t)
	b.Show(htmlFile(t, htmlDocs(t)), views["wide-light"])
	at := func(want string) {
		t.Helper()
		var got string
		b.Eval(`new Promise((done) => setTimeout(() => done([...document.querySelectorAll('article')].find((a) => a.offsetHeight).querySelector('h2').textContent + '|' + document.activeElement.tagName), 50))`, &got)
		if got != want {
			t.Errorf("at %q, want %q", got, want)
		}
	}
	at("FAIL state-takeover-higher|BODY")
	b.Press("n")
	at("FAIL data-copy|ARTICLE")
	b.Press("p")
	at("FAIL state-takeover-higher|ARTICLE")
	b.Press("/")
	at("FAIL state-takeover-higher|INPUT")
	for _, key := range "WARNING copy" {
		b.Press(string(key))
	}
	var found string
	b.Eval(`document.querySelector('#found').value + '|' + [...document.querySelectorAll('tbody tr')].filter((r) => r.offsetHeight && r.checkVisibility({contentVisibilityAuto: true})).map((r) => r.cells[0].textContent)`, &found)
	if found != "1 of 3 tests|data-copy" {
		t.Error(found)
	}
}

// TestHTMLMany prints how long 10,000 results take to open (the best of three) and to
// filter. Filtering is measured in processor time until the page is drawn, because
// other load adds to the wall-clock time. The aims on a quiet machine are 3 s and 100
// ms; a slow machine does not fail the test.
func TestHTMLMany(t *testing.T) {
	b := browser(t)
	for name, docs := range map[string][]Document{"5100 tests on 2 kernels": manyDocs(t), "125 tests on 80 kernels": matrixDocs(t)} {
		t.Run(name, func(t *testing.T) { checkSpeed(t, b, htmlFile(t, docs)) })
	}
}

func checkSpeed(t *testing.T, b *browsertest.Browser, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	opened := time.Hour
	for range 3 {
		started := time.Now()
		b.Show(path, views["wide-light"])
		opened = min(opened, time.Since(started))
	}
	screenshot(b, fmt.Sprintf("many-%d", info.Size()>>20))
	t.Logf("%d bytes, open after %s", info.Size(), opened)
	for _, act := range []string{"type('s')", "type('case-1')", "type('none such')", "type('')", "fail.click()", "fail.click()"} {
		before := b.Busy()
		b.Eval(fmt.Sprintf(filtering, act), nil)
		took := b.Busy() - before
		if t.Logf("%s: %s", act, took); took <= 0 {
			t.Errorf("%s: the page does not tell how long it was busy", act)
		}
	}
}

// filtering searches or filters, and ends when the page is drawn.
const filtering = `(async () => {
	const search = document.querySelector('#search'), fail = document.querySelector('[data-verdict=FAIL]');
	const type = (text) => { search.value = text; search.dispatchEvent(new Event('input')); };
	%s;
	await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
})()`

// TestHTMLHostile: hostile text in a run loads nothing, runs nothing, and stays text.
func TestHTMLHostile(t *testing.T) {
	b := browser(t)
	b.Call("Log.enable", nil, nil)
	b.Show(htmlFile(t, hostileDocs()), views["wide-light"])
	screenshot(b, "hostile")
	var said struct {
		Pwned  bool
		Loaded int
		Seen   bool
	}
	b.Eval(`({Pwned: 'pwned' in window, Loaded: performance.getEntriesByType('resource').length, Seen: document.body.textContent.includes('<script>pwned=1</script>')})`, &said)
	if said.Pwned || said.Loaded != 0 || !said.Seen {
		t.Errorf("%+v", said)
	}
}
