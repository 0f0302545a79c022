package person

import (
	"context"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// normal is what of a record has a normal form; empty where there is none.
type normal struct{ email, phone string }

// normalise finds the normal forms of all records.
func normalise(records []Record) ([]normal, error) {
	out := make([]normal, len(records))
	var makers [drawers]normalMaker
	err := parallel.Each(context.Background(), drawers, piecesOf(len(records)), func(_ context.Context, worker, from int) error {
		m := &makers[worker]
		for i := from; i < min(from+piece, len(records)); i++ {
			out[i] = normal{m.form(records[i].Email, emailIn), m.form(records[i].Phone, phoneIn)}
		}
		return nil
	})
	return out, err
}

// normalMaker is what is used again from one record to the next.
type normalMaker struct {
	room       Room
	raw, small []byte
}

// form returns the normal form of a value; most e-mails are their own.
func (m *normalMaker) form(value string, normalForm func(dst, raw []byte) ([]byte, bool)) string {
	m.raw = append(m.raw[:0], value...)
	var ok bool
	switch m.small, ok = normalForm(m.small[:0], m.raw); {
	case !ok:
		return ""
	case string(m.small) == value:
		return value
	}
	return m.room.Keep(m.small)
}
