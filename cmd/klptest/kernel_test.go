// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"testing"

	"github.com/klptest/klptest/images"
)

func TestPrintListings(t *testing.T) {
	var out bytes.Buffer
	printListings(&out, []images.Listing{
		{Spec: "debian:6.1", Release: "6.1.0-38-amd64", Source: "bookworm", Cached: true},
		{Spec: "host", Release: "6.12", Source: "here"},
	})
	want := "debian:6.1  6.1.0-38-amd64  bookworm  cached\nhost        6.12            here\n"
	if out.String() != want {
		t.Error(out.String())
	}
}
