package serve

import (
	"context"
	"net/http"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Twin is what somebody who works on a twin may know of it. It holds no
// address, no hash of rules and no fingerprint of a key.
type Twin struct {
	Twin   string        `json:"twin"`   // env/name
	Source string        `json:"source"` // of the copy that serves
	Run    string        `json:"run"`    // that made it
	Age    time.Duration `json:"age"`    // of the copy that serves, in nanoseconds, by the service's clock
	User   string        `json:"in_use_by,omitempty"`
	Until  time.Time     `json:"in_use_until,omitzero"`
}

// Twins looks at twins and says in their markers who works on them, with the
// service's own credentials of their stores.
type Twins interface {
	// Look returns a twin that serves; one that does not is report.Mismatch or
	// report.NotFound.
	Look(ctx context.Context, dst tenant.Ref) (Twin, error)
	// Use marks it as in use by the caller. Another user's, unless takeOver,
	// and one that is being copied are report.Locked.
	Use(ctx context.Context, dst tenant.Ref, by Caller, takeOver bool) (Twin, error)
	// Leave takes the caller's mark away; another user's stays.
	Leave(ctx context.Context, dst tenant.Ref, by Caller) (Twin, error)
}

// UseAsked is the body of POST /v1/twins/{env}/{name}/use.
type UseAsked struct {
	TakeOver bool `json:"take_over,omitempty"`
}

// twinTime is how long a twin's stores may take to answer.
const twinTime = 30 * time.Second

// look tells what a twin is.
func (s *Server) look(w http.ResponseWriter, r *http.Request, caller Caller) {
	s.twin(w, r, caller, func(ctx context.Context, dst tenant.Ref) (Twin, error) {
		if err := s.Policy.Permit(caller, dst); err != nil {
			return Twin{}, err
		}
		return s.Twins.Look(ctx, dst)
	})
}

// use marks a twin as the caller's.
func (s *Server) use(w http.ResponseWriter, r *http.Request, caller Caller) {
	var asked UseAsked
	if err := decode(w, r, &asked); err != nil {
		s.refuse(w, err)
		return
	}
	s.twin(w, r, caller, func(ctx context.Context, dst tenant.Ref) (Twin, error) {
		if err := s.Policy.Permit(caller, dst, Options{TakeOver: asked.TakeOver}.asked()...); err != nil {
			return Twin{}, err
		}
		twin, err := s.Twins.Use(ctx, dst, caller, asked.TakeOver)
		if err == nil {
			s.Log.Info("twin in use", "by", caller.Name, "twin", dst.String(), "taken over", asked.TakeOver)
		}
		return twin, err
	})
}

// leave takes the caller's mark away.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, caller Caller) {
	s.twin(w, r, caller, func(ctx context.Context, dst tenant.Ref) (Twin, error) {
		if err := s.Policy.Permit(caller, dst); err != nil {
			return Twin{}, err
		}
		return s.Twins.Leave(ctx, dst, caller)
	})
}

// twin answers with what do returns of the twin in the path.
func (s *Server) twin(w http.ResponseWriter, r *http.Request, caller Caller, do func(context.Context, tenant.Ref) (Twin, error)) {
	ctx, cancel := context.WithTimeout(r.Context(), twinTime)
	defer cancel()
	dst, err := pathRef(r)
	var found Twin
	if err == nil {
		found, err = do(ctx, dst)
	}
	if err != nil {
		s.refuse(w, err)
		return
	}
	answer(w, http.StatusOK, Answer{Twin: &found})
}
