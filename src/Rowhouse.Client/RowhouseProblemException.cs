using System.Net;

namespace Rowhouse.Client;

/// <summary>The server refused, and said why (RFC 9457).</summary>
public sealed class RowhouseProblemException : Exception
{
    internal RowhouseProblemException(HttpStatusCode status, string type, string title, string? detail, string? traceId, IReadOnlyDictionary<string, string[]> errors, string? body)
        : base(detail is null ? title : $"{title}: {detail}")
    {
        Status = status;
        Type = type;
        Title = title;
        Detail = detail;
        TraceId = traceId;
        Errors = errors;
        Body = body;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The stable name of the problem, <c>urn:rowhouse:{area}:{what}</c>; <c>about:blank</c> where the answer had none.</summary>
    public string Type { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Title { get; }

    /// <summary>What is wrong this time and what to do.</summary>
    public string? Detail { get; }

    /// <summary>The request, for whoever runs the server.</summary>
    public string? TraceId { get; }

    /// <summary>Field → messages, where fields are wrong.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; }

    /// <summary>The whole answer, for problems that carry more.</summary>
    public string? Body { get; }
}
