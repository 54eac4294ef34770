// SPDX-License-Identifier: Apache-2.0

package durations

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The limits of the file. They exceed the numbers of kernels and cases of a project.
const (
	maxFile  = 4 << 20 // bytes
	maxPlace = 16      // places
	maxTests = 1000    // of a place
)

// place is where tests ran.
type place struct {
	Name    string             `json:"name"`
	Seconds map[string]float64 `json:"seconds"` // by the name of the test
}

// Read returns how long each test took when it last ran at a place, which is a
// kernel and what ran it. A missing or unreadable file counts as empty.
func Read(file, at string) map[string]time.Duration {
	took := map[string]time.Duration{}
	for _, p := range load(file) {
		if p.Name != at {
			continue
		}
		for test, seconds := range p.Seconds {
			if seconds > 0 && seconds < time.Hour.Seconds() {
				took[test] = time.Duration(seconds * float64(time.Second))
			}
		}
	}
	return took
}

// Write adds the durations of a run to the file, and drops the places that were not
// written to for longest. If two processes write at the same time, one may lose its
// additions.
func Write(file, at string, took map[string]time.Duration) error {
	list := load(file)
	p := place{Name: at, Seconds: map[string]float64{}}
	if i := slices.IndexFunc(list, func(p place) bool { return p.Name == at }); i >= 0 {
		p = list[i]
		list = slices.Delete(list, i, i+1)
	}
	for test, d := range took {
		if _, known := p.Seconds[test]; known || len(p.Seconds) < maxTests {
			p.Seconds[test] = float64(d.Milliseconds()) / 1000
		}
	}
	list = slices.Insert(list, 0, p)
	return store(file, list[:min(len(list), maxPlace)])
}

func load(file string) (list []place) {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil || json.Unmarshal(data, &list) != nil {
		return nil
	}
	return slices.DeleteFunc(list, func(p place) bool { return p.Seconds == nil || len(p.Seconds) > maxTests })
}

// store replaces the file in one step, so that it is never read half written.
func store(file string, list []place) error {
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it is renamed
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
