#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests signed by botocore, one JSON object a line, for sigv4_vectors_test.

usage: vectors_test.py ACCESS-KEY SECRET SESSION-KEY SESSION-SECRET SESSION-TOKEN

Two ways: whole operations of the iot client, caught before they are sent; and botocore's signer on requests with odd
paths, queries, headers and bodies. Both scope services, with and without session token and x-amz-content-sha256."""
import hashlib
import json
import sys
import urllib.parse

try:
    import botocore.session
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest, AWSResponse
    from botocore.credentials import Credentials
except ImportError:
    sys.exit(77)

ENDPOINT = 'http://127.0.0.1:8400'
LONG = Credentials(sys.argv[1], sys.argv[2])
SESSION = Credentials(sys.argv[3], sys.argv[4], sys.argv[5])
ID = '0123456789abcdef' * 4
ARN = 'arn:aws:iot:eu-central-1:000000000000:cacert/' + ID


def text(value):
    return value.decode('utf-8') if isinstance(value, bytes) else value


def emit(name, prepared, keep=()):
    url = urllib.parse.urlsplit(prepared.url)
    headers = [[text(k).lower(), text(v)] for k, v in prepared.headers.items()]
    if 'host' not in [k for k, _ in headers]:
        headers.append(['host', url.netloc])
    body = prepared.body or b''
    if hasattr(body, 'read'):
        body = body.read()
    if isinstance(body, str):
        body = body.encode('utf-8')
    print(json.dumps({'name': name, 'method': prepared.method, 'path': url.path, 'query': url.query, 'headers': headers,
                      'body': body.hex()}))


def signed(name, method, path, query='', headers=(), body=b'', service='iot', credentials=LONG, region='eu-central-1',
           hashed=False):
    request = AWSRequest(method=method, url=ENDPOINT + path + ('?' + query if query else ''), data=body,
                         headers=dict(headers))
    if hashed:
        request.headers['X-Amz-Content-SHA256'] = hashlib.sha256(body).hexdigest()
    SigV4Auth(credentials, service, region).add_auth(request)
    emit(name, request.prepare())


def operations():
    """(operation, parameters) as people call them."""
    yield 'get_registration_code', {}
    yield 'register_ca_certificate', {'caCertificate': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
                                      'verificationCertificate': 'V', 'setAsActive': True, 'allowAutoRegistration': False,
                                      'tags': [{'Key': 'größe', 'Value': '日本 語'}]}
    yield 'describe_ca_certificate', {'certificateId': ID}
    yield 'update_ca_certificate', {'certificateId': ID, 'newStatus': 'INACTIVE', 'newAutoRegistrationStatus': 'DISABLE'}
    yield 'delete_ca_certificate', {'certificateId': ID}
    yield 'list_ca_certificates', {'pageSize': 3, 'marker': 'ab+/cd==', 'ascendingOrder': True}
    yield 'describe_audit_task', {'taskId': 'a b/ü:%41'}
    yield 'list_audit_tasks', {'startTime': '2024-01-01T00:00:00.5Z', 'endTime': '2024-02-01', 'nextToken': "a&b=c;d'é~*"}
    yield 'start_on_demand_audit_task', {'targetCheckNames': ['CA_CERTIFICATE_KEY_QUALITY_CHECK']}
    yield 'list_tags_for_resource', {'resourceArn': ARN + ' +%/?#'}
    yield 'create_audit_suppression', {'checkName': 'X', 'resourceIdentifier': {'caCertificateId': ID},
                                       'suppressIndefinitely': True, 'description': '\u00e9\u4e2d\U0001f511'}
    yield 'delete_account_audit_configuration', {'deleteScheduledAudits': True}


def catch_operations(service, credentials):
    session = botocore.session.Session()
    session.set_credentials(credentials.access_key, credentials.secret_key, credentials.token)
    client = session.create_client('iot', region_name='us-east-1', endpoint_url=ENDPOINT)
    label = '%s %s' % (service, 'session' if credentials.token else 'long')
    client.meta.events.register('choose-signer.iot', lambda **_: None)
    client._request_signer._signing_name = service

    def caught(request, event_name, **_):
        emit('%s, %s' % (event_name, label), request)
        return AWSResponse(request.url, 200, {'content-type': 'application/json'}, type('Raw', (), {
            'stream': lambda self, **_: iter([b'{}']), 'read': lambda self, *_: b'{}'})())

    client.meta.events.register('before-send.iot', caught)
    for operation, parameters in operations():
        getattr(client, operation)(**parameters)


def odd_requests():
    for service in 'iot', 'execute-api':
        for credentials in LONG, SESSION:
            for hashed in False, True:
                base = {'service': service, 'credentials': credentials, 'hashed': hashed}
                label = ' %s %s %s' % (service, 'session' if credentials.token else 'long', 'hashed' if hashed else '')
                yield 'root' + label, 'GET', '/', '', {}, b'', base
                yield 'arn in query' + label, 'GET', '/tags', 'resourceArn=' + urllib.parse.quote(ARN, safe=''), {}, b'', base
                yield 'repeated keys' + label, 'GET', '/certificates', 'b=2&a=3&a=1&b=1&a=2&a-b=0&a.b=0', {}, b'', base
                yield 'empty values' + label, 'GET', '/certificates', 'z=&y&x=&y=', {}, b'', base
                yield 'odd characters' + label, 'GET', '/certificates', "k=%20%2B~-._*'()!%00%7F&%C3%A9=%E4%B8%AD&K=%f0%9f%94%91", {}, b'', base
                yield 'encoded path' + label, 'GET', '/cacertificate/a%3Ab%2Fc%25d%20e', '', {}, b'', base
                yield 'unicode body' + label, 'POST', '/audit/findings', '', {'Content-Type': 'application/json'}, '{"x":"é中🔑"}'.encode(), base
                yield 'binary body' + label, 'POST', '/untag', 'a=b', {'Content-Type': 'application/octet-stream'}, bytes(range(256)) * 40, base
                yield 'blanks in headers' + label, 'PUT', '/certificates/' + ID, 'newStatus=ACTIVE', {'X-Custom': '  a   b \t c  ', 'X-Amz-Meta-B': '"q  q"', 'Accept': '*/*'}, b'', base
                yield 'patch' + label, 'PATCH', '/audit/configuration', '', {'Content-Type': 'application/json'}, b'{}', base
                yield 'delete' + label, 'DELETE', '/registrationcode', '', {}, b'', base


for name, method, path, query, headers, body, options in odd_requests():
    signed(name, method, path, query, headers, body, **options)
for scope_service in 'iot', 'execute-api':
    for who in LONG, SESSION:
        catch_operations(scope_service, who)
