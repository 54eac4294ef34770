// SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"encoding/json"
	"os"
	"time"
)

// View is how a page is displayed.
type View struct {
	Width, Height int
	Dark          bool
}

// Show opens a file in a view, and waits until it is loaded and drawn.
func (b *Browser) Show(path string, v View) {
	b.t.Helper()
	b.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": v.Width, "height": v.Height, "deviceScaleFactor": 1, "mobile": v.Width < 600}, nil)
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	b.Call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.Call("Page.navigate", map[string]any{"url": "about:blank"}, nil)
	b.Call("Page.navigate", map[string]any{"url": "file://" + path}, nil)
	var ready bool
	for end := time.Now().Add(limit); !ready; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("%s is not loaded within %s", path, limit)
		}
		b.Eval(`document.readyState === 'complete' && location.protocol === 'file:'`, &ready)
	}
	b.Eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, &ready)
}

// Eval evaluates an expression in the page, and awaits a promise.
func (b *Browser) Eval(expression string, result any) {
	b.t.Helper()
	var said struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.Call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &said)
	if said.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, said.ExceptionDetails)
	}
	if result != nil && said.Result.Value != nil {
		if err := json.Unmarshal(said.Result.Value, result); err != nil {
			b.t.Fatalf("%s: %v: %s", expression, err, said.Result.Value)
		}
	}
}

// Press presses and releases a key, such as "n" or "Enter".
func (b *Browser) Press(key string) {
	b.t.Helper()
	down := map[string]any{"type": "keyDown", "key": key}
	switch {
	case len(key) == 1:
		down["text"] = key
	case key == "Enter":
		down["text"], down["windowsVirtualKeyCode"] = "\r", 13
	case key == "Tab":
		down["windowsVirtualKeyCode"] = 9
	}
	b.Call("Input.dispatchKeyEvent", down, nil)
	b.Call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key}, nil)
}

// Node is a node of the accessibility tree: what a screen reader gets.
type Node struct{ Role, Name string }

// Accessible returns the accessibility tree of the page, without ignored nodes.
func (b *Browser) Accessible() (list []Node) {
	b.t.Helper()
	type value struct{ Value any }
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name value
		}
	}
	b.Call("Accessibility.getFullAXTree", map[string]any{}, &tree)
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		role, _ := n.Role.Value.(string)
		name, _ := n.Name.Value.(string)
		list = append(list, Node{role, name})
	}
	return list
}

// Screenshot writes a picture of the visible page to a PNG file.
func (b *Browser) Screenshot(path string) {
	b.t.Helper()
	var shot struct{ Data []byte }
	b.Call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	if err := os.WriteFile(path, shot.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Busy returns how long the page's main thread has run since the first call in the
// page. It is CPU time, which does not depend on other programs.
func (b *Browser) Busy() time.Duration {
	b.t.Helper()
	b.Call("Performance.enable", map[string]any{"timeDomain": "threadTicks"}, nil)
	var said struct {
		Metrics []struct {
			Name  string
			Value float64
		}
	}
	b.Call("Performance.getMetrics", map[string]any{}, &said)
	for _, m := range said.Metrics {
		if m.Name == "TaskDuration" {
			return time.Duration(m.Value * float64(time.Second))
		}
	}
	b.t.Fatal("no TaskDuration")
	return 0
}
