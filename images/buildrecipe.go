// SPDX-License-Identifier: Apache-2.0

package images

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// recipe is how a view is built; it stands in the view.
type recipe struct {
	source string
	parts  []fragment
}

const recipeFile = ".klptest.json"

// recipeText is a recipe as it is written.
type recipeText struct {
	Source    string
	Fragments []fragmentText
}

type fragmentText struct{ Name, Text string }

func (r recipe) write(dir string) error {
	text := recipeText{Source: r.source}
	for _, p := range r.parts {
		text.Fragments = append(text.Fragments, fragmentText{p.name, string(p.text)})
	}
	data, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return rewrite(filepath.Join(dir, recipeFile), data)
}

// recipeOf returns how a build directory was made, if klptest has made it.
func recipeOf(build string) (recipe, bool) {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(build), recipeFile))
	var text recipeText
	if err != nil || filepath.Base(build) != buildDir || json.Unmarshal(data, &text) != nil || text.Source == "" {
		return recipe{}, false
	}
	r := recipe{source: text.Source}
	for _, f := range text.Fragments {
		r.parts = append(r.parts, fragment{f.Name, []byte(f.Text)})
	}
	return r, true
}
