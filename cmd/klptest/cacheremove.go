// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/printable"
)

// removeEntries removes entries, and returns those that stay because they may be in use.
func (a *app) removeEntries(ctx context.Context, store *cache.Cache, list []cache.Usage) (stay []cache.Usage, err error) {
	stay, err = store.RemoveAll(ctx, list)
	if err != nil {
		return nil, err
	}
	other := anotherKlptest(store.Others())
	for _, u := range stay {
		a.notice(u.String() + " stays: " + other + " may be using it")
	}
	_, err = fmt.Fprintf(a.out, "removed %s, %s\n", printable.Count(len(list)-len(stay), "entry", "entries"), printable.Size(total(list)-total(stay)))
	return stay, err
}

// notRemoved returns an error if entries that were to be removed stay.
func notRemoved(stay []cache.Usage, of int) error {
	if len(stay) == 0 {
		return nil
	}
	return blame.AdviseRigf("try again when no other klptest runs", "%d of %s stayed", len(stay), printable.Count(of, "entry", "entries"))
}

// anotherKlptest names the processes that use the cache as well, if they are known.
func anotherKlptest(pids []int) string {
	var names []string
	for _, pid := range pids {
		names = append(names, strconv.Itoa(pid))
	}
	switch len(names) {
	case 0:
		return "another klptest"
	case 1:
		return "another klptest (process " + names[0] + ")"
	}
	return "another klptest (processes " + strings.Join(names, ", ") + ")"
}
