namespace Rowhouse.Contracts;

/// <summary>What an answer shows once: it is in no answer that is given again, and is not kept for one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneTimeSecretAttribute : Attribute;
