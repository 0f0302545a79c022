package blob

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
)

const (
	maxFolders = 16     // more folders side by side than that are ids, no structure
	maxKinds   = 10_000 // kinds of objects that are listed as fields
)

// Survey implements clone.Reader: it lists the whole source once. A field is
// one kind of object, that is one extension in one folder, and its sample one
// full name.
func (r *reader) Survey(ctx context.Context) (clone.Survey, error) {
	var out clone.Survey
	kinds := newKinds()
	var archived, tagged int64
	special := make(map[string]int64)
	listing := cursor{c: r.c, at: r.place}
	for o, err := range listing.all(ctx) {
		if err != nil {
			return clone.Survey{}, err
		}
		out.Records++
		out.Bytes += o.Size
		kinds.add(o.Name)
		if o.Special != "" {
			special[o.Special]++
		}
		if o.Archived {
			archived++
		}
		if o.Tags > 0 {
			tagged++
		}
	}
	out.Fields = kinds.fields(r.Name())
	for _, kind := range slices.Sorted(maps.Keys(special)) {
		out.Notes = append(out.Notes, fmt.Sprintf("%d objects of type %s: not supported, they need the verb drop", special[kind], kind))
	}
	if archived > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d archived objects: they cannot be read, and need the verb drop or another tier", archived))
	}
	if tagged > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("the tags of %d objects are not carried", tagged))
	}
	if r.at.backend == s3Bucket {
		out.Notes = append(out.Notes, "tags, access lists and older versions of objects are not carried")
	} else {
		out.Notes = append(out.Notes, "snapshots, older versions and access tiers of objects are not carried")
	}
	return out, nil
}

// kinds collects what kinds of objects there are, as a tree of two levels of
// folders. Memory is bounded by the folders that are shown, not by the
// objects.
type kinds struct {
	folders map[string]*kinds
	many    bool            // more folders than are shown: all are hidden
	objects map[kind]string // → a sample
}

// kind is an extension, in the folder itself or deeper.
type kind struct {
	ext  string // ".png", or "" for none
	deep bool
}

// hidden stands for folders that are not shown: a person's, mostly.
const hidden = "*"

func newKinds() *kinds {
	return &kinds{folders: make(map[string]*kinds), objects: make(map[kind]string)}
}

// add notes the kind of an object's name.
func (k *kinds) add(name string) {
	segments := strings.SplitN(name, "/", 4)
	at := k
	for _, segment := range segments[:min(len(segments)-1, 2)] {
		at = at.folder(segment)
	}
	at.sample(kind{extension(name), len(segments) > 3}, name)
}

func (k *kinds) sample(key kind, name string) {
	if _, known := k.objects[key]; !known && len(k.objects) < maxKinds {
		k.objects[key] = name
	}
}

// folder returns a folder below, and hides all names when there are too many.
func (k *kinds) folder(segment string) *kinds {
	if k.many || !structural(segment) {
		segment = hidden
	}
	below := k.folders[segment]
	if below != nil {
		return below
	}
	below = newKinds()
	k.folders[segment] = below
	if len(k.folders) <= maxFolders {
		return below
	}
	all := newKinds()
	for _, f := range k.folders {
		all.merge(f)
	}
	k.folders, k.many = map[string]*kinds{hidden: all}, true
	return all
}

// merge adds what another folder holds.
func (k *kinds) merge(other *kinds) {
	for key, name := range other.objects {
		k.sample(key, name)
	}
	for segment, below := range other.folders {
		k.folder(segment).merge(below)
	}
}

// structural reports whether a folder's name looks like part of a structure,
// not like an id or a person.
func structural(segment string) bool {
	digits := 0
	for i := range len(segment) {
		c := segment[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
		case (c < 'a' || c > 'z') && c != '-' && c != '_':
			return false
		}
	}
	return segment != "" && len(segment) <= 32 && digits <= 4
}

// extension returns the name's extension if it is an ordinary one.
func extension(name string) string {
	ext := path.Ext(name)
	if len(ext) < 2 || len(ext) > 9 {
		return ""
	}
	for i := 1; i < len(ext); i++ {
		c := ext[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return ext
}

// fields returns a field for every kind, in the order of the names.
func (k *kinds) fields(store string) []anonymize.Field {
	var out []anonymize.Field
	var walk func(at *kinds, group string)
	walk = func(at *kinds, group string) {
		for key, sample := range at.objects {
			name := "*" + key.ext
			if key.deep {
				name = "**/" + name
			}
			out = append(out, anonymize.Field{Store: store, Group: group, Name: name, Type: "object", Form: anonymize.FormOpaque, Sample: sample})
		}
		for segment, below := range at.folders {
			walk(below, group+segment+"/")
		}
	}
	walk(k, "")
	slices.SortFunc(out, func(a, b anonymize.Field) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), maxKinds)]
}
