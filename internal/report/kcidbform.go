// SPDX-License-Identifier: Apache-2.0

package report

import (
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// kcidb is a report in KCIDB's schema; see [WriteKCIDB].
type kcidb struct {
	Version   kcidbVersion    `json:"version"`
	Checkouts []kcidbCheckout `json:"checkouts,omitempty"`
	Builds    []kcidbBuild    `json:"builds,omitempty"`
	Tests     []kcidbTest     `json:"tests,omitempty"`
}

type kcidbVersion struct {
	Major int `json:"major"`
	Minor int `json:"minor"`
}

type kcidbCheckout struct {
	ID      string `json:"id"`
	Origin  string `json:"origin"`
	Comment string `json:"comment"`
}

type kcidbBuild struct {
	Checkout     string    `json:"checkout_id"`
	ID           string    `json:"id"`
	Origin       string    `json:"origin"`
	Comment      string    `json:"comment"`
	Architecture string    `json:"architecture,omitempty"`
	Status       string    `json:"status,omitempty"`
	Misc         kcidbMisc `json:"misc"`
}

type kcidbTest struct {
	Build       string    `json:"build_id"`
	ID          string    `json:"id"`
	Origin      string    `json:"origin"`
	Path        string    `json:"path"`
	Status      string    `json:"status"`
	Comment     string    `json:"comment,omitempty"`
	Duration    *float64  `json:"duration,omitempty"`
	Excerpt     string    `json:"log_excerpt,omitempty"`
	Environment kcidbEnv  `json:"environment"`
	Misc        kcidbMisc `json:"misc"`
}

type kcidbEnv struct {
	Comment string  `json:"comment,omitempty"`
	Misc    Machine `json:"misc"`
}

// kcidbMisc has the fields that the schema does not define.
type kcidbMisc struct {
	Klptest  string        `json:"klptest,omitempty"` // version
	Run      string        `json:"run,omitempty"`
	Label    string        `json:"label,omitempty"`
	Started  *time.Time    `json:"started,omitempty"`
	Name     string        `json:"name,omitempty"`
	Verdict  judge.Verdict `json:"verdict,omitempty"`
	Expected string        `json:"expected_failure,omitempty"`
	Reasons  []string      `json:"reasons,omitempty"`
}
