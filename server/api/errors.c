/* SPDX-License-Identifier: Apache-2.0 */
/* The errors of the service model (reference, section 1.4) and of AWS's front end, which the model does not have. */
#include "server/api/api.h"

static const struct {
	unsigned status;
	const char *name;
} errors[KA_NUM_API_ERRORS] = {
	[KA_API_OK] = { 200, NULL },
	[KA_API_INVALID_REQUEST] = { 400, "InvalidRequestException" },
	[KA_API_THROTTLING] = { 400, "ThrottlingException" },
	[KA_API_INTERNAL_FAILURE] = { 500, "InternalFailureException" },
	[KA_API_SERVICE_UNAVAILABLE] = { 503, "ServiceUnavailableException" },
	[KA_API_UNAUTHORIZED] = { 401, "UnauthorizedException" },
	[KA_API_RESOURCE_NOT_FOUND] = { 404, "ResourceNotFoundException" },
	[KA_API_RESOURCE_ALREADY_EXISTS] = { 409, "ResourceAlreadyExistsException" },
	[KA_API_LIMIT_EXCEEDED] = { 410, "LimitExceededException" },
	[KA_API_CERTIFICATE_STATE] = { 406, "CertificateStateException" },
	[KA_API_CERTIFICATE_VALIDATION] = { 400, "CertificateValidationException" },
	[KA_API_REGISTRATION_CODE_VALIDATION] = { 400, "RegistrationCodeValidationException" },
	[KA_API_CERTIFICATE_CONFLICT] = { 409, "CertificateConflictException" },
	[KA_API_DELETE_CONFLICT] = { 409, "DeleteConflictException" },
	[KA_API_TRANSFER_CONFLICT] = { 409, "TransferConflictException" },
	[KA_API_TRANSFER_ALREADY_COMPLETED] = { 410, "TransferAlreadyCompletedException" },
	[KA_API_TASK_ALREADY_EXISTS] = { 400, "TaskAlreadyExistsException" },
	[KA_API_MISSING_AUTHENTICATION_TOKEN] = { 403, "MissingAuthenticationTokenException" },
	[KA_API_UNRECOGNIZED_CLIENT] = { 403, "UnrecognizedClientException" },
	[KA_API_INVALID_SIGNATURE] = { 403, "InvalidSignatureException" },
	[KA_API_INCOMPLETE_SIGNATURE] = { 403, "IncompleteSignatureException" },
	[KA_API_EXPIRED_TOKEN] = { 403, "ExpiredTokenException" },
	[KA_API_ACCESS_DENIED] = { 403, "AccessDeniedException" },
	[KA_API_UNKNOWN_OPERATION] = { 404, "UnknownOperationException" },
	[KA_API_METHOD_NOT_ALLOWED] = { 405, "MethodNotAllowedException" },
	[KA_API_REQUEST_TOO_LARGE] = { 413, "RequestEntityTooLargeException" },
	[KA_API_UNSUPPORTED_MEDIA_TYPE] = { 415, "UnsupportedMediaTypeException" },
};

unsigned
ka_api_error_status(enum ka_api_error error)
{
	return errors[error].status;
}

const char *
ka_api_error_name(enum ka_api_error error)
{
	return errors[error].name;
}
