// SPDX-License-Identifier: Apache-2.0

package images

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/images/kconfig"
)

// recipe is how a view is built; it stands in the view.
type recipe struct {
	Source    string
	Fragments []kconfig.Fragment
}

const recipeFile = ".klptest.json"

func (r recipe) write(dir string) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return rewrite(filepath.Join(dir, recipeFile), data)
}

// recipeOf returns how a build directory was made, if klptest has made it.
func recipeOf(build string) (recipe, bool) {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(build), recipeFile))
	var r recipe
	if err != nil || filepath.Base(build) != buildDir || json.Unmarshal(data, &r) != nil || r.Source == "" {
		return recipe{}, false
	}
	return r, true
}
