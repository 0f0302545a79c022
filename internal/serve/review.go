package serve

import (
	"context"

	authv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Review asks the cluster whose a token is.
func Review(c *cluster.Cluster) func(context.Context, tenant.Secret) (Caller, error) {
	return func(ctx context.Context, token tenant.Secret) (Caller, error) {
		review, err := c.Client().AuthenticationV1().TokenReviews().Create(ctx, &authv1.TokenReview{Spec: authv1.TokenReviewSpec{Token: token.Reveal()}}, metav1.CreateOptions{})
		if err != nil {
			return Caller{}, c.Failed("create tokenreview", err)
		}
		if !review.Status.Authenticated || review.Status.User.Username == "" {
			return Caller{}, &report.Refusal{Code: report.Denied, What: "check the token", Why: "the cluster does not know it, or it has expired", Hint: "log in again, as with az login and kubelogin"}
		}
		return Caller{Name: review.Status.User.Username, User: review.Status.User.Username, Groups: review.Status.User.Groups}, nil
	}
}
