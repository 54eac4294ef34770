// SPDX-License-Identifier: Apache-2.0

package judge

import "cmp"

// ID identifies a test of a run. Several case files may have the same name.
type ID struct{ Name, File string }

// ID identifies the test that the result is about.
func (r Result) ID() ID { return ID{r.Name, r.File} }

// Naming knows the files that each name stands for.
type Naming map[string]map[string]bool

// Add adds a test.
func (n Naming) Add(id ID) {
	if n[id.Name] == nil {
		n[id.Name] = map[string]bool{}
	}
	n[id.Name][id.File] = true
}

// Of returns the name of a test, or its file if the name is not unique.
func (n Naming) Of(id ID) string {
	if len(n[id.Name]) > 1 {
		return cmp.Or(id.File, id.Name)
	}
	return id.Name
}
