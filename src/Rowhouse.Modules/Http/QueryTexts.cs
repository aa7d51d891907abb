using Microsoft.AspNetCore.Builder;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules.Http;

/// <summary>Refuses a query with U+0000, as <see cref="JsonSetup"/> does in JSON. In a path or a header Kestrel does.</summary>
internal static class QueryTexts
{
    public static void UseQueryTexts(this IApplicationBuilder app) => app.Use((context, next) => context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true
        ? RequestProblems.Malformed.With("The query has a NUL (%00), which no text here has.").ExecuteAsync(context)
        : next(context));
}
