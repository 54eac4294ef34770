// SPDX-License-Identifier: Apache-2.0

package cases

// expected is the transcript that the case asks for. After each command come
// the log lines, then the errno, then the output, however the file mixes
// them: they are compared apart.
func expected(steps []Step) []shown {
	var list []shown
	for _, s := range steps {
		list = append(list, shown{s.Command.marker(), s.Line})
		for _, kind := range kinds {
			for _, e := range s.Expect {
				if e.Kind == kind {
					list = append(list, shown{e.Text, e.Line})
				}
			}
		}
	}
	return list
}

// observed is the transcript of what happened, in the same form.
func (j *judgement) observed() []string {
	var list []string
	for i, s := range j.steps {
		list = append(list, s.Command.marker())
		for _, kind := range kinds {
			list = append(list, j.observedLines(i, kind)...)
		}
	}
	return list
}

// observedLines are what a command came to, of one kind.
func (j *judgement) observedLines(step int, kind Kind) []string {
	a := j.o.Answers[step]
	switch kind {
	case Log:
		return j.log.owned[step]
	case Errno:
		return errnoLines(a.Errno)
	}
	return outputLines(a.Output)
}

func errnoLines(errno string) []string {
	if errno == "" {
		return nil
	}
	return []string{"! " + escape(errnoName(errno))}
}
