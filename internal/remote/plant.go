// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"context"
	"time"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/client"
)

// plantLimit is the time for the machine to finish booting (see package boot) and for
// the agent to start.
const plantLimit = 15 * time.Minute

// Attach connects the streams to a root session on the machine, as client.Attach does.
func (m *Machine) Attach(ctx context.Context, streams client.Streams, args []string) (status int, err error) {
	conn, err := m.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	sudo, err := privileges(ctx, conn, m.Target)
	if err != nil {
		return 0, err
	}
	return client.Attach(ctx, conn.Client, streams, sudo, args)
}

// Plant starts the agent on a machine in QEMU, where it waits at the guest's port.
// The agent outlives the connection. keys are guest.KeyFiles as JSON.
func (m *Machine) Plant(ctx context.Context, keys []byte) error {
	conn, err := m.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	prefix, path, err := m.deploy(ctx, conn)
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
