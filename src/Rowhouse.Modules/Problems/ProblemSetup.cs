using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.Modules.Problems;

/// <summary>Every refusal and failure of the API is a problem of RFC 9457 with a stable type and the id of its trace.</summary>
internal static class ProblemSetup
{
    private const string OurTypes = "urn:rowhouse:";

    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        services.AddExceptionHandler<RequestExceptionHandler>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IProblemDetailsWriter, AnyCallerProblemWriter>());
    }

    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Extensions.TryAdd("traceId", Activity.Current?.Id ?? context.HttpContext.TraceIdentifier);
        if (problem is HttpValidationProblemDetails invalid)
        {
            problem.Type = RequestProblems.Invalid.Urn;
            problem.Title = RequestProblems.Invalid.Title;
            problem.Detail ??= "Mend the fields named in errors and send the request again.";
            invalid.Errors = invalid.Errors.ToDictionary(error => FieldPath(error.Key), error => error.Value, StringComparer.Ordinal);
        }
        else if (problem.Type?.StartsWith(OurTypes, StringComparison.Ordinal) != true
            && RequestProblems.ByStatus.TryGetValue(problem.Status ?? context.HttpContext.Response.StatusCode, out var type))
        {
            problem.Type = type.Urn;
            problem.Title = type.Title;
            problem.Detail ??= DetailOf(type, context.HttpContext.Request);
        }
    }

    private static string DetailOf(ProblemType type, HttpRequest request) => type == RequestProblems.TooLarge
        ? "JSON has at most 1 MB, a CSV file 64 MB. Nothing of the body was used; send less at a time."
        : $"{request.Method} {request.PathBase}{request.Path} was not answered. What there is stands under /docs.";

    /// <summary><c>Admin.Email</c> → <c>admin.email</c>: fields are named as the caller writes them.</summary>
    private static string FieldPath(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary>The framework's own writer is silent towards callers that do not accept JSON; a problem is better than an empty answer.</summary>
    private sealed class AnyCallerProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public async ValueTask WriteAsync(ProblemDetailsContext context)
        {
            options.Value.CustomizeProblemDetails?.Invoke(context);
            await context.HttpContext.Response.WriteAsJsonAsync(
                context.ProblemDetails, context.ProblemDetails.GetType(), options: null, "application/problem+json", context.HttpContext.RequestAborted);
        }
    }
}
