// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// strictly decodes a document: a key that the type does not have, and one that is there
// twice, is an error.
func strictly(text string, to any) error {
	data, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

func TestManifests(t *testing.T) {
	text, err := os.ReadFile("kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var (
		matrix  corev1.ConfigMap
		results corev1.PersistentVolumeClaim
		night   batchv1.CronJob
	)
	documents := strings.Split(string(text), "\n---\n")
	for i, to := range []any{&matrix, &results, &night} {
		if err := strictly(documents[i+1], to); err != nil {
			t.Fatalf("document %d: %v", i+1, err)
		}
	}
	if len(documents) != 4 || matrix.Kind != "ConfigMap" || results.Kind != "PersistentVolumeClaim" || night.Kind != "CronJob" || night.APIVersion != "batch/v1" {
		t.Errorf("%d documents: %s, %s, %s", len(documents), matrix.Kind, results.Kind, night.Kind)
	}
	job := night.Spec.JobTemplate
	checkJob(t, job.Spec)
	if v := volume(job.Spec.Template.Spec, "matrix"); v.ConfigMap == nil || v.ConfigMap.Name != matrix.Name || matrix.Data["matrix.yaml"] == "" {
		t.Error("the matrix is not mounted")
	}
	if v := volume(job.Spec.Template.Spec, "results"); v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != results.Name {
		t.Error("the results are not kept")
	}
}

// checkJob checks what the types do not: the API server would refuse the rest.
func checkJob(t *testing.T, s batchv1.JobSpec) {
	t.Helper()
	c := s.Template.Spec.Containers[0]
	shards, run := "", ""
	for _, e := range c.Env {
		switch {
		case e.Name == "SHARDS":
			shards = e.Value
		case e.Name == "JOB" && e.ValueFrom != nil && e.ValueFrom.FieldRef != nil:
			run = e.ValueFrom.FieldRef.FieldPath
		}
	}
	if run != "metadata.labels['batch.kubernetes.io/job-name']" {
		t.Errorf("all nights have the same results: JOB is %q", run)
	}
	if *s.CompletionMode != batchv1.IndexedCompletion || fmt.Sprint(*s.Completions) != shards || *s.Parallelism > *s.Completions {
		t.Errorf("%d completions, %d side by side, %s shards", *s.Completions, *s.Parallelism, shards)
	}
	if s.Template.Spec.RestartPolicy != corev1.RestartPolicyNever || s.BackoffLimitPerIndex == nil {
		t.Error("podFailurePolicy needs restartPolicy Never, and FailIndex needs backoffLimitPerIndex")
	}
	for _, rule := range s.PodFailurePolicy.Rules {
		if rule.OnExitCodes != nil && *rule.OnExitCodes.ContainerName != c.Name {
			t.Errorf("a rule is about %s", *rule.OnExitCodes.ContainerName)
		}
	}
	for _, m := range c.VolumeMounts {
		if volume(s.Template.Spec, m.Name).Name == "" {
			t.Errorf("no volume %s", m.Name)
		}
	}
}

func volume(s corev1.PodSpec, name string) (none corev1.Volume) {
	for _, v := range s.Volumes {
		if v.Name == name {
			return v
		}
	}
	return none
}

// TestStrictly: the test can fail.
func TestStrictly(t *testing.T) {
	for _, text := range []string{"spec: {completionsMode: Indexed}", "spec: {completions: 1}\nspec: {}", "spec: {completions: four}"} {
		if err := strictly(text, &batchv1.Job{}); err == nil {
			t.Errorf("%s is a job", text)
		}
	}
}
