// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Handler answers a request. An error becomes the fault of the reply.
type Handler func(ctx context.Context, req Request) (Reply, error)

// Serve answers one session's requests until the other side goes away, which
// also ends the current request.
func Serve(rw io.ReadWriter, handle Handler) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	requests := make(chan Request)
	var failure error
	go func() {
		defer close(requests)
		defer cancel()
		failure = receive(ctx, bufio.NewReader(rw), requests)
	}()
	for req := range requests {
		err := answer(ctx, rw, req, handle)
		if ctx.Err() != nil {
			break // the reader is gone
		}
		if err != nil {
			return err
		}
	}
	for range requests { // until receive has ended
	}
	return failure
}

// answer tells the host at each pulse that the request is still running: a host
// that hears nothing gives up on the guest.
func answer(ctx context.Context, w io.Writer, req Request, handle Handler) error {
	done := make(chan Reply, 1)
	go func() {
		r, err := handle(ctx, req)
		if err != nil {
			r = Reply{Fault: faultOf(err)}
		}
		done <- r
	}()
	began := time.Now()
	tick := time.NewTicker(Pulse)
	defer tick.Stop()
	for {
		select {
		case r := <-done:
			return send(w, req.ID, r)
		case <-tick.C:
			_ = WriteLine(w, Reply{ID: req.ID, More: true, Elapsed: time.Since(began)}) // the answer will fail as well
		}
	}
}

func receive(ctx context.Context, r *bufio.Reader, requests chan<- Request) error {
	for {
		line, err := ReadLine(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		var req Request
		if err == nil {
			err = json.Unmarshal(line, &req)
		}
		if err != nil {
			return fmt.Errorf("bad request: %w", err)
		}
		select {
		case requests <- req:
		case <-ctx.Done():
			return nil
		}
	}
}

// send writes one answer: the records, and each file of counters, in lines of their
// own, then the rest.
func send(w io.Writer, id uint64, r Reply) error {
	r.escape()
	for _, part := range batches(r.takeRecords()) {
		if err := WriteLine(w, Reply{ID: id, More: true, Records: part}); err != nil {
			return err
		}
	}
	for _, file := range r.Counters {
		if err := WriteLine(w, Reply{ID: id, More: true, Counters: []Chunk{file}}); err != nil {
			return err
		}
	}
	r.ID, r.Counters = id, nil
	err := WriteLine(w, r)
	if errors.Is(err, errLongLine) {
		return WriteLine(w, Reply{ID: id, Fault: faultOf(fmt.Errorf("the guest's answer: %w", err))})
	}
	return err
}
