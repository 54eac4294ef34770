// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"context"
	"time"

	"github.com/klptest/klptest/internal/guest"
)

// plantLimit is for the machine to end its boot (see package boot), and for the agent to
// start.
const plantLimit = 15 * time.Minute

// Plant starts the agent on a machine in QEMU, where it waits at the guest's port. It
// outlives the connection. keys are guest.KeyFiles as JSON.
func (m *Machine) Plant(ctx context.Context, keys []byte) error {
	conn, err := dial(ctx, m.Options)
	if err != nil {
		return err
	}
	defer conn.Close()
	prefix, err := privileges(ctx, conn, m.Target)
	if err == nil {
		err = checkArch(ctx, conn, m.Target)
	}
	if err != nil {
		return err
	}
	path, err := send(ctx, conn, m.Target, m.Program)
	if err != nil {
		return err
	}
	s, err := ask(ctx, conn, plantLimit, bytes.NewReader(keys), prefix+path+" "+guest.PlantedAgent)
	if err == nil && s.status != 0 {
		err = m.ended(s.why())
	}
	if err != nil {
		remove(ctx, conn, path)
	}
	return err
}
