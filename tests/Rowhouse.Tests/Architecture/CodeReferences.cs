using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Rowhouse.Tests.Architecture;

/// <summary>What compiled code names: in its signatures and in the instructions of its methods.</summary>
internal static class CodeReferences
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> instructions =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);     // static fields need no object

    /// <summary>What a type names, with the types that the compiler or somebody put into it.</summary>
    public static IEnumerable<MemberInfo> Of(Type type) =>
        new[] { type.BaseType }.OfType<Type>().Concat(type.GetInterfaces()).Concat(type.GetFields(All).Select(field => field.FieldType)).SelectMany(Parts)
            .Concat(type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).SelectMany(Of))
            .Concat(type.GetNestedTypes(All).SelectMany(Of));

    /// <summary>What a method names.</summary>
    public static IEnumerable<MemberInfo> Of(MethodBase method)
    {
        var signature = method.GetParameters().Select(parameter => parameter.ParameterType);
        if (method is MethodInfo { ReturnType: var returned })
        {
            signature = signature.Append(returned);
        }

        var body = method.GetMethodBody();
        return signature.Concat(body?.LocalVariables.Select(local => local.LocalType) ?? []).SelectMany(Parts).Concat(Called(method, body?.GetILAsByteArray() ?? []));
    }

    private static IEnumerable<MemberInfo> Called(MethodBase method, byte[] code)
    {
        var typeArguments = method.DeclaringType?.GetGenericArguments();
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var instruction = code[at] == 0xfe ? instructions[unchecked((short)(0xfe00 | code[at + 1]))] : instructions[code[at]];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType
                && method.Module.ResolveMember(BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)), typeArguments, methodArguments) is { } member)
            {
                yield return member;
                var named = member is MethodBase { IsGenericMethod: true } generic ? generic.GetGenericArguments() : [];
                foreach (var part in named.Append(member as Type ?? member.DeclaringType).OfType<Type>().SelectMany(Parts))
                {
                    yield return part;
                }
            }

            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)),
                _ => 4,
            };
        }
    }

    // List<Npgsql…> names both.
    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)     // it has one
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
}
