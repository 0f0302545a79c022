package blob

import (
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// entra names the one kind of credential that is meant: the pod's federated
// token with an explicit client id, or else whoever signed in with az login.
// The SDK's default chain would try the environment first, where a stray
// AZURE_CLIENT_SECRET wins, and knows one identity a process. Both kinds keep
// a token until shortly before it expires, and then get another; transport is
// nil but in tests.
func entra(id tenant.Identity, transport policy.Transporter) (azcore.TokenCredential, error) {
	if id.TokenFile == "" {
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: id.Directory})
	}
	return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: transport}, ClientID: id.Client, TenantID: id.Directory, TokenFilePath: id.TokenFile,
	})
}
