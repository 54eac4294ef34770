// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/machine"
)

func TestParseRecord(t *testing.T) {
	for name, tc := range map[string]struct {
		raw      string
		want     machine.Record
		fragment bool
	}{
		"kernel": {
			raw:  "6,373,5329343,-;livepatch: enabling patch 'klp_a'\n",
			want: machine.Record{Seq: 373, Usec: 5329343, Level: 6, Text: "livepatch: enabling patch 'klp_a'"},
		},
		"marker": {
			raw:  "12,378,10,-;% rmmod klp_a\n",
			want: machine.Record{Seq: 378, Usec: 10, Facility: 1, Level: 4, Text: "% rmmod klp_a"},
		},
		"caller and dictionary": {
			raw:  "7,1,2,-,caller=T123;usb 1-1: new; device\n SUBSYSTEM=usb\n DEVICE=c189:1\n",
			want: machine.Record{Seq: 1, Usec: 2, Level: 7, Text: "usb 1-1: new; device"},
		},
		"escapes": {
			raw:  `4,1,2,-;two\x0alines \xc3\xa9 \x5cx41 \xzz \x4` + "\n",
			want: machine.Record{Seq: 1, Usec: 2, Level: 4, Text: "two\nlines é \\x41 \\xzz \\x4"},
		},
		"no UTF-8": {
			raw:  `4,1,2,-;a\xff\xfeb` + "\n",
			want: machine.Record{Seq: 1, Usec: 2, Level: 4, Text: "a\xff\xfeb"},
		},
		"empty text":     {raw: "4,1,2,-;\n", want: machine.Record{Seq: 1, Usec: 2, Level: 4}},
		"fragment":       {raw: "4,1,2,c;more", want: machine.Record{Seq: 1, Usec: 2, Level: 4, Text: "more"}, fragment: true},
		"later fragment": {raw: "4,1,2,+;more", want: machine.Record{Seq: 1, Usec: 2, Level: 4, Text: "more"}, fragment: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, fragment, err := parseRecord([]byte(tc.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || fragment != tc.fragment {
				t.Errorf("fragment %v, record (-want +got):\n%s", fragment, diff)
			}
		})
	}
}

func TestParseRecordRefuses(t *testing.T) {
	for _, raw := range []string{"", ";", "4,1,2;x", "4,1,2,-", "-4,1,2,-;x", "4,x,2,-;x", "4,1,,-;x", "99999999999,1,2,-;x"} {
		if _, _, err := parseRecord([]byte(raw)); !errors.Is(err, errRecord) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte("6,373,5329343,-;text\n SUBSYSTEM=x\n"))
	f.Add([]byte(`4,1,2,c,caller=T1;\x0a\xff\x`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rec, _, err := parseRecord(raw)
		if err != nil {
			return
		}
		if rec.Level < 0 || rec.Level > 7 || rec.Facility < 0 {
			t.Errorf("priority %d.%d", rec.Facility, rec.Level)
		}
		if len(rec.Text) > len(raw) {
			t.Errorf("text %q", rec.Text)
		}
	})
}
