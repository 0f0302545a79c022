package servers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// SearchClient speaks JSON to Elasticsearch.
type SearchClient struct {
	base string
	http *http.Client
}

// ErrNoIndex says that an index, an alias or a document is not there.
var ErrNoIndex = errors.New("not found")

// Search opens a client to this side's Elasticsearch.
func (s Side) Search() (*SearchClient, error) {
	address, err := s.Get("ES")
	return &SearchClient{strings.TrimSuffix(address, "/"), http.DefaultClient}, err
}

// Do sends a request and decodes the answer into out, which may be nil. body
// is sent as it is when it is bytes, else as JSON.
func (c *SearchClient) Do(ctx context.Context, method, path string, body, out any) error {
	var raw []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(path, "_bulk") {
		req.Header.Set("Content-Type", "application/x-ndjson")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusNotFound {
		return ErrNoIndex
	}
	if resp.StatusCode >= 300 {
		var reason struct {
			Error struct {
				Type string `json:"type"`
			} `json:"error"`
		}
		_ = json.Unmarshal(answer, &reason) // the type alone: a message may quote a document
		return fmt.Errorf("%s %s: HTTP %d %s", method, path, resp.StatusCode, reason.Error.Type)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
