package tenantcopy_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/tenantcopy/tenantcopy/"

var (
	layerRow = regexp.MustCompile("^\\| ([0-9]) \\| ((?:`[^`]+` ?)+) \\|")
	banRow   = regexp.MustCompile("^\\| `([^`]+)` \\| `([^`]+)` \\|")
	quoted   = regexp.MustCompile("`([^`]+)`")
)

// readArchitecture returns the layer of every package and the named bans.
func readArchitecture(t *testing.T) (layers map[string]int, bans map[[2]string]bool) {
	t.Helper()
	f, err := os.Open("docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	layers, bans = make(map[string]int), make(map[[2]string]bool)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := layerRow.FindStringSubmatch(lines.Text()); m != nil {
			n, _ := strconv.Atoi(m[1])
			for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
				layers[q[1]] = n
			}
		} else if m := banRow.FindStringSubmatch(lines.Text()); m != nil {
			bans[[2]string{m[1], m[2]}] = true
		}
	}
	if len(layers) < 10 || len(bans) < 3 {
		t.Fatalf("docs/ARCHITECTURE.md: found %d packages and %d bans; the tables were changed in form", len(layers), len(bans))
	}
	return layers, bans
}

// sourceFiles yields the Go files of the product by package folder; folders
// that are modules or data of their own are left out.
func sourceFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := make(map[string][]string)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || path == "tools" || path == "bin" || path == "e2e" || path == "examples" || path == "bench") {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") {
			dir := filepath.ToSlash(filepath.Dir(path))
			files[dir] = append(files[dir], path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestLayers holds the code against docs/ARCHITECTURE.md.
func TestLayers(t *testing.T) {
	layers, bans := readArchitecture(t)
	seen := make(map[string]bool)
	for dir, files := range sourceFiles(t) {
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			layer, listed := layers[dir]
			if !listed {
				t.Errorf("%s: package %s stands in no layer of docs/ARCHITECTURE.md", path, dir)
				continue
			}
			seen[dir] = true
			for _, imported := range importsOf(t, path) {
				below, ours := strings.CutPrefix(imported, module)
				if !ours {
					continue
				}
				if other, ok := layers[below]; ok && other >= layer {
					t.Errorf("%s (layer %d) imports %s (layer %d): imports go down", path, layer, below, other)
				}
				if bans[[2]string{dir, below}] {
					t.Errorf("%s imports %s, which docs/ARCHITECTURE.md bans", path, below)
				}
			}
		}
	}
	for pkg := range layers {
		if !seen[pkg] {
			t.Errorf("docs/ARCHITECTURE.md lists %s, which has no Go file", pkg)
		}
	}
}

func importsOf(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range f.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

// TestGoroutines finds every place that starts one outside internal/parallel.
func TestGoroutines(t *testing.T) {
	for dir, files := range sourceFiles(t) {
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") || dir == "internal/parallel" {
				continue
			}
			inspect(t, path, func(fset *token.FileSet, n ast.Node) {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s: a go statement outside internal/parallel", fset.Position(n.Pos()))
				case *ast.SelectorExpr:
					if n.Sel.Name == "Go" || n.Sel.Name == "AfterFunc" {
						t.Errorf("%s: %s starts a goroutine outside internal/parallel", fset.Position(n.Pos()), n.Sel.Name)
					}
				}
			})
		}
	}
}

// TestPreservedDoor: values that no rule reads enter in one file.
func TestPreservedDoor(t *testing.T) {
	const only = "internal/copy/postgres/preserve.go"
	uses := 0
	for _, files := range sourceFiles(t) {
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") || path == "internal/anonymize/selection.go" {
				continue
			}
			inspect(t, path, func(fset *token.FileSet, n ast.Node) {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok || sel.Sel.Name != "Preserved" {
					return
				}
				if x, ok := sel.X.(*ast.Ident); path != only && ok && (x.Name == "anonymize" || x.Name == "plan") {
					t.Errorf("%s: the door for rows of the old twin is %s alone", fset.Position(n.Pos()), only)
				}
				uses++
			})
		}
	}
	if uses == 0 {
		t.Error("the door is gone; the test needs its new name")
	}
}

// entryPoints are what may enter in cmd alone: environment, clock, randomness.
var entryPoints = map[string][]string{
	"os": {"Getenv", "LookupEnv", "Environ"}, "time": {"Now", "Since", "Until"},
	"crypto/rand": {"Read", "Reader", "Text", "Int"}, "math/rand": nil, "math/rand/v2": nil,
}

// TestEntryPoints holds that environment, clock and randomness enter in cmd.
func TestEntryPoints(t *testing.T) {
	for dir, files := range sourceFiles(t) {
		if !strings.HasPrefix(dir, "internal/") || dir == "internal/copy/copytest" {
			continue
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			names := make(map[string]string) // local name → import path
			for _, p := range importsOf(t, path) {
				if funcs, watched := entryPoints[p]; watched {
					names[p[strings.LastIndexByte(p, '/')+1:]] = p
					if funcs == nil {
						t.Errorf("%s imports %s: randomness enters in cmd", path, p)
					}
				}
			}
			inspect(t, path, func(fset *token.FileSet, n ast.Node) {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if id, ok := sel.X.(*ast.Ident); ok && slices.Contains(entryPoints[names[id.Name]], sel.Sel.Name) {
						t.Errorf("%s: %s.%s belongs in cmd", fset.Position(n.Pos()), id.Name, sel.Sel.Name)
					}
				}
			})
		}
	}
}

// TestNoVerify: a copy without a proof is for tests and benchmarks.
func TestNoVerify(t *testing.T) {
	for dir, files := range sourceFiles(t) {
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") || dir == "internal/copy/copytest" {
				continue
			}
			inspect(t, path, func(fset *token.FileSet, n ast.Node) {
				if id, ok := n.(*ast.Ident); ok && id.Name == "NoVerify" {
					t.Errorf("%s: a copy without a proof", fset.Position(n.Pos()))
				}
			})
		}
	}
}

// TestSize holds files to 400 lines and functions to 60.
func TestSize(t *testing.T) {
	for _, files := range sourceFiles(t) {
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(data), "\n"); n > 400 {
				t.Errorf("%s has %d lines, more than 400", path, n)
			}
			inspect(t, path, func(fset *token.FileSet, n ast.Node) {
				if fn, ok := n.(*ast.FuncDecl); ok {
					if lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; lines > 60 {
						t.Errorf("%s: %s has %d lines, more than 60", fset.Position(fn.Pos()), fn.Name.Name, lines)
					}
					if fn.Name.Name == "init" && fn.Recv == nil {
						t.Errorf("%s: init() hides work at start-up", fset.Position(fn.Pos()))
					}
				}
			})
		}
	}
}

func inspect(t *testing.T, path string, visit func(*token.FileSet, ast.Node)) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if n != nil {
			visit(fset, n)
		}
		return true
	})
}
